import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from "node:tls";
import { certificatesIn } from "#core/source/certificates.ts";

/** Whom to believe when a server shows its certificate. */
export type Trust = {
  /** Certificates in PEM. */
  pem: string;
  /** true: these and the public authorities. false: these alone, and a server may show one of them itself. */
  withPublic: boolean;
};

/** Parsing two hundred authorities takes some ms, so each set is parsed once. */
const contexts = new Map<string, SecureContext>();
const KEPT = 50;

/** The settings of a connection that trusts these. */
export function contextOf(trust: Trust): SecureContext {
  const key = `${trust.withPublic} ${trust.pem}`;
  const known = contexts.get(key);
  if (known) return known;
  const own = certificatesIn(trust.pem);
  const context = createSecureContext({
    ca: trust.withPublic ? [...getCACertificates("default"), ...own] : own,
    // Whoever gives a certificate of the middle of a chain means it.
    allowPartialTrustChain: true,
  });
  contexts.set(key, context);
  for (const oldest of contexts.keys()) {
    if (contexts.size <= KEPT) break;
    contexts.delete(oldest);
  }
  return context;
}

/**
 * Why a server's certificate is not believed, in words; null where it is. Chain and dates were checked against
 * `contextOf(trust)` in the handshake; the name is checked here, because a handshake by address names nobody.
 */
export function distrust(
  socket: Pick<TLSSocket, "authorized" | "authorizationError">,
  shown: X509Certificate | null,
  host: string,
  trust: Trust,
): string | null {
  if (!shown) return `${host} showed no certificate.`;
  // A certificate that was given itself is pinned: its name and dates were accepted with it.
  const isPinned = certificatesIn(trust.pem).some(
    (pem) => new X509Certificate(pem).fingerprint256 === shown.fingerprint256,
  );
  if (isPinned && !trust.withPublic) return null;
  if (!socket.authorized) {
    const error = socket.authorizationError as unknown;
    const code = error instanceof Error ? error.message : String(error);
    return `The certificate of ${host} is not trusted: ${WORDS[code] ?? code}.`;
  }
  const named = isIP(host) ? shown.checkIP(host) : shown.checkHost(host, { partialWildcards: false });
  return named ? null : `The certificate is not for ${host}: it names ${namesOf(shown)}.`;
}

const WORDS: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "the authority that signed it is not one that is known",
  UNABLE_TO_GET_ISSUER_CERT: "the authority that signed it is not known",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the authority that signed it is not known",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the authority that signed it is not known, or the server left a link of the chain out",
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  CERT_REVOKED: "it was revoked",
  INVALID_PURPOSE: "it is not made for servers",
};

function namesOf(certificate: X509Certificate): string {
  const names = certificate.subjectAltName ?? certificate.subject.replace(/\n/g, ", ");
  return names.length > 200 ? `${names.slice(0, 200)}…` : names || "nobody";
}

/** For people who look at a conversation. */
export function describeTls(socket: TLSSocket, shown: X509Certificate | null): string {
  if (!shown) return `${socket.getProtocol()}; no certificate`;
  const issuer = shown.issuer.replace(/\n/g, ", ");
  return `${socket.getProtocol()}; certificate for ${namesOf(shown)}, signed by ${issuer}, valid until ${shown.validTo}, SHA-256 ${shown.fingerprint256}`;
}
