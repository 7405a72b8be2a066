import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { env } from "#core/platform/env.ts";
import { CLIENT_ADDRESS_HEADER, clientAddress, PAGE_HEADER } from "./client-address.ts";

/**
 * Writes the true client address and the page into headers of each request before Next sees it: pages and actions get
 * headers only, and Next keeps an X-Forwarded-For that the client made up.
 */
export function markClientAddresses(): void {
  const { trustedProxies } = env();
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const forwarded = request.headers["x-forwarded-for"];
    const address = clientAddress(
      Array.isArray(forwarded) ? forwarded.join(",") : forwarded,
      request.socket.remoteAddress,
      trustedProxies,
    );
    request.headers[PAGE_HEADER] = request.url ?? "/";
    if (address) request.headers[CLIENT_ADDRESS_HEADER] = address;
    else delete request.headers[CLIENT_ADDRESS_HEADER];
  });
}
