import assert from "node:assert/strict";
import test from "node:test";
import { EventSource } from "eventsource";
import { createClient } from "graphql-sse";
import { events, numbers, post, token, topic, url } from "./veche.mjs";

test("graphql-sse: distinct connections", async () => {
  const client = createClient({ url, headers: { Authorization: `Bearer ${token}` } });
  const { id, liveCursor } = await topic();
  const got = numbers(3);
  const stop = client.subscribe({ query: events, variables: { topicId: id, after: liveCursor } }, { next: got.take, error: assert.fail, complete: () => {} });
  for (const body of ["a", "b", "c"]) await post(id, body);
  assert.deepEqual(await got.all, [1, 2, 3]);
  stop();
  client.dispose();
});

test("EventSource: comes back with Last-Event-ID by itself", async () => {
  const { id, liveCursor } = await topic();
  const got = numbers(4);
  const at = new URL(url);
  at.search = new URLSearchParams({ query: events, variables: JSON.stringify({ topicId: id, after: liveCursor }) });
  const sent = [];
  let cut;
  // The line breaks as lines do: in the middle of the answer.
  const fragile = async (input, init) => {
    sent.push(new Headers(init.headers).get("Last-Event-ID"));
    const response = await fetch(input, init);
    const from = response.body.getReader();
    const body = new ReadableStream({
      start: (to) => (cut = () => (to.error(new TypeError("the line broke")), from.cancel())),
      pull: async (to) => {
        const { done, value } = await from.read();
        if (!done) to.enqueue(value);
      },
    });
    return new Response(body, response);
  };
  const source = new EventSource(at, { fetch: fragile });
  source.addEventListener("next", (e) => {
    got.take(JSON.parse(e.data));
    if (got.seen.length === 2) cut();
  });
  for (const body of ["a", "b", "c", "d"]) await post(id, body);
  assert.deepEqual(await got.all, [1, 2, 3, 4]);
  assert.equal(sent[0], null);
  assert.ok(sent.at(-1)?.length > 20, "the last cursor came along");
  source.close();
});
