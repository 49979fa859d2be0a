/**
 * What the server uses of the protocol's SDK and of zod, which checks inputs: what `sdk.js` is bundled from.
 *
 * @module
 */
export { Server } from "@modelcontextprotocol/sdk/server/index.js";
export { deserializeMessage, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
export { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
export { array, boolean, enum, number, strictObject, string, toJSONSchema, union } from "zod";
