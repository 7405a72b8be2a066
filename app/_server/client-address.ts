import { isIP } from "node:net";

/** Set on every request from the socket, whatever the client wrote there; see `instrumentation.ts`. */
export const CLIENT_ADDRESS_HEADER = "x-lettermill-client-address";

/** The address of the page asked for, path and query, set in the same place. */
export const PAGE_HEADER = "x-lettermill-page";

/**
 * Where a request came from, never what the client claims: each trusted proxy appends the address it saw to
 * X-Forwarded-For, so with `trustedProxies` hops the one that many places from the right counts. With none, the socket's.
 */
export function clientAddress(
  forwardedFor: string | undefined,
  socketAddress: string | undefined,
  trustedProxies: number,
): string | null {
  const hops = [...(forwardedFor?.split(",") ?? []), socketAddress ?? ""].map(bareAddress);
  return hops[hops.length - 1 - trustedProxies] ?? null;
}

/** Without brackets, port, zone and the IPv4-in-IPv6 prefix; null where it is no address. */
function bareAddress(typed: string): string | null {
  const text = typed
    .trim()
    .replace(/^\[(.*)\](:\d+)?$/, "$1")
    .replace(/%.*$/, "");
  const bare = text.replace(/^::ffff:(?=\d+\.)/i, "").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
  return isIP(bare) ? bare : null;
}
