import assert from "node:assert/strict";
import test from "node:test";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { events, numbers, page, post, socket, token, topic } from "./veche.mjs";

const open = (more) =>
  createClient({ url: socket, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` }, ...more });

test("a query over the socket", async () => {
  const client = open();
  const { id } = await topic();
  for await (const result of client.iterate({ query: page, variables: { id } })) assert.equal(result.data.topic.id, id);
  await client.dispose();
});

test("a subscription that loses its connection goes on behind its last cursor", async () => {
  const { id, liveCursor } = await topic();
  const got = numbers(10);
  let line;
  const client = open({ lazy: false, shouldRetry: () => true, retryAttempts: 10, retryWait: () => Promise.resolve() });
  client.on("opened", (ws) => (line = ws));
  // The client sends the variables again as they stand when it comes back.
  const variables = { topicId: id, get after() { return got.last() ?? liveCursor; } };
  client.subscribe({ query: events, variables }, { next: got.take, error: assert.fail, complete: () => {} });
  for (let i = 0; i < 10; i++) {
    await post(id, `post ${i}`);
    if (i % 3 === 1) line.terminate();
  }
  assert.deepEqual(await got.all, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await client.dispose();
});

test("a session that is no good is refused when the socket opens", async () => {
  const client = open({ connectionParams: { authorization: "Bearer veche_s_nonsense" }, retryAttempts: 0 });
  await assert.rejects(async () => {
    for await (const _ of client.iterate({ query: "{ viewer { email } }" })) assert.fail();
  }, (e) => e.code === 4403);
});
