import { PROVIDERS } from "./providers.ts";
import type { Provider } from "./types.ts";

/** True where `suffix` is `host` or ends it at a label: `acme.com` is not under `me.com`. */
function isUnder(host: string, suffix: string): boolean {
  return host === suffix || host.endsWith(`.${suffix}`);
}

function normalHost(host: string): string {
  return host.trim().toLowerCase().replace(/\.+$/, "");
}

/**
 * The provider behind a set of MX hosts, or null. Every host must belong to it: a domain that also has a
 * mail server of its own is a site of its own.
 */
export function providerOfMx(hosts: readonly string[]): Provider | null {
  const names = hosts.map(normalHost);
  if (names.length === 0 || names.includes("")) return null;
  const found = PROVIDERS.find((p) => names.every((host) => p.mx.some((suffix) => isUnder(host, suffix))));
  return found ?? null;
}

export function providerById(id: number): Provider | null {
  return PROVIDERS.find((p) => p.id === id) ?? null;
}
