// Starts GraphiQL in the page. The element #graphiql names the endpoint; the
// subscriptions go to the same place, over graphql-transport-ws.
(() => {
  "use strict";

  const { GraphiQL, createClient, createElement, createGraphiQLFetcher, createRoot } = window.graphiqlParts;
  const place = document.getElementById("graphiql");
  const url = new URL(place.dataset.endpoint, window.location.href);
  const socketURL = new URL(url);
  socketURL.protocol = url.protocol === "https:" ? "wss:" : "ws:";

  const defaultQuery = `# Welcome to Veche.
#
# Write an operation here and run it: Ctrl+Enter,
# on a Mac Cmd+Enter. Ctrl+Space completes what you
# type; the book at the left opens the whole schema.
#
# To act as a member, run the mutation logIn: the
# session is kept in a cookie. Or use a token, under
# Headers below:
#   { "Authorization": "Bearer <your token>" }
# Subscriptions use either as well.
#
# A first query: the spaces of this community.

{
  spaces(first: 10) {
    nodes {
      id
      name
    }
  }
}
`;

  // A browser cannot send headers with a WebSocket, so the one that matters goes
  // into the first message.
  function connectionParams(headers = {}) {
    const name = Object.keys(headers).find((key) => key.toLowerCase() === "authorization");
    return name ? { authorization: headers[name] } : {};
  }

  // Each operation gets a client of its own, and with it the headers of the
  // moment. The client connects when it has something to subscribe to, and does
  // not try again by itself: whoever experiments wants to see the close code.
  function fetcher(params, options) {
    const wsClient = createClient({
      url: socketURL.href,
      connectionParams: connectionParams(options?.headers),
      retryAttempts: 0,
    });
    const fetchOnce = createGraphiQLFetcher({
      url: url.href,
      headers: { accept: "application/graphql-response+json, application/json", "x-veche-session": "cookie" },
      enableIncrementalDelivery: false,
      wsClient,
    });
    return fetchOnce(params, options);
  }

  createRoot(place).render(createElement(GraphiQL, { fetcher, defaultQuery, defaultEditorToolsVisibility: "headers" }));
})();
