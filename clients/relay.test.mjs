import assert from "node:assert/strict";
import test from "node:test";
import { createClient } from "graphql-ws";
import relay from "relay-runtime";
import WebSocket from "ws";
import { events, numbers, page, post, socket, token, topic, url } from "./veche.mjs";

const { Network, Observable } = relay;

// What an application's network layer does: fetch for queries and mutations,
// graphql-ws for subscriptions.
function network(live) {
  const request = async ({ text, name }, variables) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json", Authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    return response.json();
  };
  const follow = ({ text, name }, variables) =>
    Observable.create((sink) => live.subscribe({ operationName: name, query: text, variables }, sink));
  return Network.create(request, follow);
}

const operation = (text, name, operationKind) => ({ cacheID: name, id: null, metadata: {}, name, operationKind, text });

test("Relay's network layer", async () => {
  const live = createClient({ url: socket, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` } });
  const layer = network(live);
  const { id } = await topic();
  const first = await layer.execute(operation(page, "Page", "query"), { id }, {}).toPromise();
  assert.deepEqual(first.data.topic.posts.pageInfo, { hasNextPage: false, endCursor: null });
  const got = numbers(2);
  const watching = layer
    .execute(operation(events, "Events", "subscription"), { topicId: id, after: first.data.topic.liveCursor }, {})
    .subscribe({ next: got.take, error: assert.fail });
  await post(id, "one");
  await post(id, "two");
  assert.deepEqual(await got.all, [1, 2]);
  watching.unsubscribe();
  await live.dispose();
});
