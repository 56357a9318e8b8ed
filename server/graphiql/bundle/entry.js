// What assets/boot.js needs of other people's code, as one global.
import "graphiql/graphiql.css";

export { createElement } from "react";
export { createRoot } from "react-dom/client";
export { GraphiQL } from "graphiql";
export { createGraphiQLFetcher } from "@graphiql/toolkit";
export { createClient } from "graphql-ws";
