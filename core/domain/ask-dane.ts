import type { Dnssec } from "./dnssec.ts";
import type { Tlsa } from "./types.ts";

/** What DNS proves about the certificate of a mail server (RFC 7672 §2.2). */
export type DaneAnswer =
  /** No records, or no proof: DANE asks for nothing. */
  | { kind: "none" }
  /** One of these has to fit. */
  | { kind: "records"; records: Tlsa[] }
  /** Records, none of which can be used: encrypted, whoever answers (RFC 7672 §2.2). */
  | { kind: "unusable"; records: Tlsa[] }
  /** Nobody knows what it asks for: the server is not used (RFC 7672 §2.1.2). */
  | { kind: "failed"; error: string };

/** Asks about one MX host whose MX record is proved: its address has to be, then its TLSA records for port 25. */
export async function askDane(host: string, dnssec: Dnssec): Promise<DaneAnswer> {
  const address = await dnssec.isSigned(host, "A");
  if (address.kind === "failed") return address;
  // Where the address is not signed no TLSA record is asked for: name servers that choke on the question would
  // keep mail from hosts that never heard of DANE (RFC 7672 §2.2.2).
  if (!address.isSigned) return { kind: "none" };
  const tlsa = await dnssec.tlsa(`_25._tcp.${host}`);
  if (tlsa.kind === "failed") return tlsa;
  if (!tlsa.isSigned || tlsa.records.length === 0) return { kind: "none" };
  const usable = tlsa.records.filter(isUsable);
  return usable.length > 0
    ? { kind: "records", records: usable }
    : { kind: "unusable", records: tlsa.records };
}

/** Bytes of a digest, by matching type. */
const LENGTHS: Record<number, number> = { 1: 32, 2: 64 };

/** Usages of public authorities (0 and 1) mean nothing between mail servers (RFC 7672 §3.1.3). */
function isUsable({ usage, selector, matching, data }: Tlsa): boolean {
  if ((usage !== 2 && usage !== 3) || selector > 1) return false;
  return matching === 0 ? data.length > 0 : data.length === (LENGTHS[matching] ?? 0) * 2 && data.length > 0;
}
