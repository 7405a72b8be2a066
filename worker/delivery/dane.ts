import { hash, X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Tlsa } from "#core/domain/types.ts";

const SERVER = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];

/** The chain that a server showed, its own certificate first. Asked for once: Node hands it out a single time. */
export function chainShownBy(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  for (
    let one = socket.getPeerCertificate(true);
    one?.raw && !seen.has(one.fingerprint256);
    one = one.issuerCertificate
  ) {
    seen.add(one.fingerprint256);
    chain.push(new X509Certificate(one.raw));
  }
  return chain;
}

/**
 * Why none of a host's TLSA records fits the chain that it showed, in words; null where one does.
 * DANE-EE(3): the certificate itself, whatever its name and dates (RFC 7672 §3.1.1). DANE-TA(2): an authority of the
 * chain, and then name and dates count (§3.1.2). Limits on an authority's paths are not read: it is the domain's own.
 */
export function daneDoubt(
  chain: readonly X509Certificate[],
  records: readonly Tlsa[],
  host: string,
  now: Date,
): string | null {
  const [own] = chain;
  if (!own) return `${host} showed no certificate.`;
  if (records.some((record) => record.usage === 3 && fits(record, own))) return null;
  const anchors = records.filter((record) => record.usage === 2);
  if (anchors.length === 0)
    return `The certificate of ${host} is not the one that its TLSA records (DANE) name.`;
  if (!isAnchored(chain, anchors, now)) {
    return `The certificate of ${host} does not come from an authority that its TLSA records (DANE) name.`;
  }
  if (own.keyUsage && !own.keyUsage.some((purpose) => SERVER.includes(purpose)))
    return `The certificate of ${host} is not made for servers.`;
  return own.checkHost(host, { partialWildcards: false })
    ? null
    : `The certificate of ${host} does not name it, as its TLSA records (DANE) ask for.`;
}

/** Whether the chain leads to an authority that a record names, each link signed by the next, all in date. */
function isAnchored(chain: readonly X509Certificate[], anchors: readonly Tlsa[], now: Date): boolean {
  // An authority may stand whole in a record instead of in the chain.
  const given = anchors.flatMap((record) =>
    record.selector === 0 && record.matching === 0 ? read(record) : [],
  );
  const above = [...chain.slice(1), ...given];
  let at = chain[0];
  for (let steps = 0; at && steps <= above.length; steps++) {
    if (at.validFromDate > now || at.validToDate < now) return false;
    const below = at;
    if (steps > 0 && anchors.some((record) => fits(record, below))) return true;
    at = above.find(
      (issuer) =>
        issuer !== below && issuer.ca && below.checkIssued(issuer) && below.verify(issuer.publicKey),
    );
  }
  return false;
}

function read({ data }: Tlsa): X509Certificate[] {
  try {
    return [new X509Certificate(Buffer.from(data, "hex"))];
  } catch {
    return [];
  }
}

/** RFC 6698 §2.1.2 and §2.1.3. */
export function fits({ selector, matching, data }: Tlsa, certificate: X509Certificate): boolean {
  const bytes = selector === 0 ? certificate.raw : publicKeyOf(certificate.raw);
  const found =
    matching === 0 ? bytes.toString("hex") : hash(matching === 1 ? "sha256" : "sha512", bytes, "hex");
  return found === data.toLowerCase();
}

/** subjectPublicKeyInfo as it stands in the certificate (RFC 5280 §4.1): encoding it anew might change it. */
export function publicKeyOf(der: Buffer): Buffer {
  const value = (at: number): { start: number; end: number } => {
    const length = der[at + 1] ?? 0;
    if (length < 128) return { start: at + 2, end: at + 2 + length };
    const bytes = length & 0x7f;
    const start = at + 2 + bytes;
    return { start, end: start + der.readUIntBE(at + 2, bytes) };
  };
  let { start: at } = value(value(0).start);
  // Version where it is given, then serial number, algorithm, issuer, validity and subject.
  for (let skip = der[at] === 0xa0 ? 6 : 5; skip > 0; skip--) at = value(at).end;
  return der.subarray(at, value(at).end);
}
