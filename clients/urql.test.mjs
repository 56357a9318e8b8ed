import assert from "node:assert/strict";
import test from "node:test";
import { cacheExchange, createClient, fetchExchange, subscriptionExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient as createLive } from "graphql-ws";
import WebSocket from "ws";
import { events, numbers, page, post, reply, socket, token, topic, url } from "./veche.mjs";

test("urql: query, mutation, subscription", async () => {
  const live = createLive({ url: socket, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` } });
  const client = createClient({
    url,
    preferGetMethod: false,
    fetchOptions: { headers: { Authorization: `Bearer ${token}` } },
    exchanges: [
      cacheExchange,
      persistedExchange({ enforcePersistedQueries: false }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: live.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
  const { id } = await topic();
  const first = await client.query(page, { id }).toPromise();
  assert.equal(first.error, undefined);
  const got = numbers(2);
  const watching = client.subscription(events, { topicId: id, after: first.data.topic.liveCursor }).subscribe(got.take);
  const made = await client.mutation(reply, { topicId: id, body: "one" }).toPromise();
  assert.equal(made.data.addPost.post.number, 1);
  await post(id, "two");
  assert.deepEqual(await got.all, [1, 2]);
  watching.unsubscribe();
  await live.dispose();
});
