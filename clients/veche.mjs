// What all trials share: where the server is, a member's token, and plain
// requests that stand for what somebody else does meanwhile.
export const url = process.env.VECHE_URL;
export const socket = url.replace(/^http/, "ws");
export const token = process.env.VECHE_TOKEN;
export const spaceId = process.env.VECHE_SPACE;

export const events = `subscription Events($topicId: ID!, $after: Cursor) {
  topicEvents(topicId: $topicId, after: $after) { __typename ... on PostAdded { cursor post { id number } } }
}`;
export const page = `query Page($id: ID!) {
  topic(id: $id) { id title liveCursor posts(first: 50) { nodes { id number body } pageInfo { hasNextPage endCursor } } }
}`;
export const reply = `mutation Reply($topicId: ID!, $body: Markdown!) {
  addPost(input: { topicId: $topicId, body: $body }) { post { id number } }
}`;

export async function ask(query, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

// topic opens a topic of its own for a trial: its id and where to listen from.
export async function topic() {
  const { createTopic } = await ask(
    `mutation Open($spaceId: ID!) { createTopic(input: { spaceId: $spaceId, title: "Trial", body: "Trial" }) { topic { id liveCursor } } }`,
    { spaceId },
  );
  return createTopic.topic;
}

export const post = (topicId, body) => ask(reply, { topicId, body });

// numbers gathers what a subscription brings until there are so many posts.
export function numbers(count) {
  const seen = [];
  let cursor, done;
  const all = new Promise((resolve) => (done = resolve));
  return {
    seen,
    all,
    last: () => cursor,
    take(result) {
      const event = (result.data ?? result).topicEvents;
      if (event.__typename !== "PostAdded") return;
      cursor = event.cursor;
      seen.push(event.post.number);
      if (seen.length === count) done(seen);
    },
  };
}
