import { headers } from "next/headers";
import { CLIENT_ADDRESS_HEADER } from "./client-address.ts";

/** Where the current request came from; `ip` is null where a proxy that we trust did not say. */
export async function requestOrigin(): Promise<{ ip: string | null; userAgent: string | null }> {
  const all = await headers();
  return {
    ip: all.get(CLIENT_ADDRESS_HEADER),
    userAgent: all.get("user-agent")?.slice(0, 400) ?? null,
  };
}
