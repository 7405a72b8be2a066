import { headers } from "next/headers";
import { CLIENT_ADDRESS_HEADER, PAGE_HEADER } from "./client-address.ts";

/** Where the current request came from; `ip` is null where a proxy that we trust did not say. */
export async function requestOrigin(): Promise<{ ip: string | null; userAgent: string | null }> {
  const all = await headers();
  return {
    ip: all.get(CLIENT_ADDRESS_HEADER),
    userAgent: all.get("user-agent")?.slice(0, 400) ?? null,
  };
}

/** Path and query of the page asked for, to come back to after log-in; "/" where it is not known. */
export async function requestedPage(): Promise<string> {
  const page = new URL((await headers()).get(PAGE_HEADER) ?? "/", "http://page");
  page.searchParams.delete("_rsc");
  return page.pathname + page.search;
}

/** A path on this site, never another one: `//evil.example` and `/\\evil.example` are not. */
export function safePath(path: string | undefined): string {
  return path && /^\/(?![/\\])[^\u0000-\u001f\\]*$/.test(path) ? path : "/";
}
