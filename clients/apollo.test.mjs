import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { OperationTypeNode } from "graphql";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { events, numbers, page, post, reply, socket, token, topic, url } from "./veche.mjs";

const authorization = `Bearer ${token}`;
const sent = [];

function open() {
  const live = createClient({ url: socket, webSocketImpl: WebSocket, connectionParams: { authorization } });
  const http = new HttpLink({
    uri: url,
    headers: { authorization },
    fetch: (uri, init) => {
      sent.push(JSON.parse(init.body ?? "{}"));
      return fetch(uri, init);
    },
  });
  const persisted = new PersistedQueryLink({ sha256: async (text) => createHash("sha256").update(text).digest("hex") });
  const client = new ApolloClient({
    link: ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, new GraphQLWsLink(live), persisted.concat(http)),
    cache: new InMemoryCache({ typePolicies: { Topic: { fields: { posts: relayStylePagination() } } } }),
  });
  return { client, close: () => live.dispose() };
}

test("Apollo Client: a query by its hash, a mutation, a subscription", async () => {
  const { client, close } = open();
  const { id } = await topic();
  const first = await client.query({ query: gql(page), variables: { id } });
  assert.equal(first.data.topic.title, "Trial");
  await client.query({ query: gql(page), variables: { id }, fetchPolicy: "network-only" });
  assert.equal(sent.at(-1).query, undefined, "the second time the hash alone was sent");
  const got = numbers(2);
  const watching = client
    .subscribe({ query: gql(events), variables: { topicId: id, after: first.data.topic.liveCursor } })
    .subscribe({ next: got.take, error: assert.fail });
  const made = await client.mutate({ mutation: gql(reply), variables: { topicId: id, body: "one" } });
  assert.equal(made.data.addPost.post.number, 1);
  await post(id, "two");
  assert.deepEqual(await got.all, [1, 2]);
  watching.unsubscribe();
  client.stop();
  await close();
});

test("Apollo Client: errors have their code", async () => {
  const { client, close } = open();
  await assert.rejects(client.query({ query: gql`query { topic(id: "topic_nothing") { id } }` }), (e) => e.errors[0].extensions.code === "NOT_FOUND");
  client.stop();
  await close();
});
