// Package clients tries the client libraries that people use against a running
// server: Apollo Client, urql, Relay's network layer, graphql-ws, graphql-sse,
// EventSource and the older subscriptions-transport-ws. The trials run in Node,
// where that and the libraries are installed (make clients).
package clients
