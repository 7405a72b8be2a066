import { providerOfMx } from "#core/mail/provider/match.ts";
import { hostsInOrder, type Mx, normalHost, siteKey } from "./key.ts";

export type Site =
  | { kind: "mx"; key: string; hosts: string[]; providerId: number | null; perHost: boolean }
  | { kind: "address"; key: string; hosts: string[]; providerId: null; perHost: false }
  | { kind: "null-mx" };

/**
 * The site of a domain from its MX records. No MX at all: the domain itself is the mail server (RFC 5321 §5.1).
 * A null MX says that the domain takes no mail (RFC 7505); beside other records it is ignored.
 */
export function siteOf(domain: string, mx: readonly Mx[]): Site {
  const hosts = hostsInOrder(mx);
  if (hosts.length > 0) {
    const provider = providerOfMx(hosts);
    return {
      kind: "mx",
      key: siteKey(mx),
      hosts,
      providerId: provider?.id ?? null,
      perHost: provider?.perHost ?? false,
    };
  }
  if (mx.length > 0) return { kind: "null-mx" };
  const name = normalHost(domain);
  return { kind: "address", key: name, hosts: [name], providerId: null, perHost: false };
}
