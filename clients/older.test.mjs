import assert from "node:assert/strict";
import test from "node:test";
import { SubscriptionClient } from "subscriptions-transport-ws";
import WebSocket from "ws";
import { events, numbers, post, socket, token, topic } from "./veche.mjs";

test("subscriptions-transport-ws: the older graphql-ws", async () => {
  const client = new SubscriptionClient(socket, { connectionParams: { authorization: `Bearer ${token}` } }, WebSocket);
  const { id, liveCursor } = await topic();
  const got = numbers(2);
  const watching = client.request({ query: events, variables: { topicId: id, after: liveCursor } }).subscribe({ next: got.take, error: assert.fail });
  await post(id, "one");
  await post(id, "two");
  assert.deepEqual(await got.all, [1, 2]);
  watching.unsubscribe();
  client.close();
});
