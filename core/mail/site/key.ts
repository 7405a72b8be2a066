import { domainToASCII } from "node:url";

export type Mx = { host: string; preference: number };

/** Longer keys are cut and told apart by a hash: a domain may publish as many MX records as it likes. */
const KEY_MAX = 400;

/** Lower-case A-labels without the root dot; "" for the root itself (RFC 7505's null MX). */
export function normalHost(host: string): string {
  const bare = host.trim().replace(/\.+$/, "").toLowerCase();
  return domainToASCII(bare) || bare;
}

/** FNV-1a, 32 bit, in hex: only to tell two long keys apart. */
function fnv(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(16).padStart(8, "0");
}

/** Distinct MX hosts in order of preference, by name among equals; a null MX entry is dropped. */
export function hostsInOrder(mx: readonly Mx[]): string[] {
  const sorted = mx
    .map((r) => ({ host: normalHost(r.host), preference: r.preference }))
    .filter((r) => r.host !== "")
    .sort((a, b) => a.preference - b.preference || (a.host < b.host ? -1 : a.host > b.host ? 1 : 0));
  return [...new Set(sorted.map((r) => r.host))];
}

/**
 * A readable name for the set of mail servers behind a domain: labels are compared from the right, alternatives
 * stand in parentheses, `?` marks a label that some hosts lack: `(alt1|alt2)?.gmail-smtp-in.l.google.com`.
 * The order of preference counts: primary and backup swapped is another site. "" for no usable host.
 */
export function siteKey(mx: readonly Mx[]): string {
  const hosts = hostsInOrder(mx).map((host) => host.split(".").reverse());
  if (hosts.length === 0) return "";
  const depth = Math.max(...hosts.map((labels) => labels.length));
  const parts: string[] = [];
  for (let i = 0; i < depth; i++) {
    const seen = new Set(hosts.flatMap((labels) => labels[i] ?? []));
    const absent = hosts.some((labels) => labels.length <= i);
    const alternatives = [...seen].join("|");
    parts.push(seen.size > 1 || absent ? `(${alternatives})${absent ? "?" : ""}` : alternatives);
  }
  const key = parts.reverse().join(".");
  return key.length <= KEY_MAX ? key : `${key.slice(0, KEY_MAX - 9)}#${fnv(key)}`;
}
