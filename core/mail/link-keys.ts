import { deriveLinkKeys, type LinkKeys } from "./links.ts";

let last: { secret: string; keys: LinkKeys } | null = null;

/** The link keys of an installation's secret, derived once per process. */
export function linkKeys(secret: string): LinkKeys {
  if (last?.secret !== secret) last = { secret, keys: deriveLinkKeys(secret) };
  return last.keys;
}
