import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { type Guarded, guardedDomains } from "#core/sandbox-mail/guarded-domains.ts";
import { type Certificate, issueCertificate } from "./tls.ts";

import type { TlsaRecord } from "./types.ts";

/** The TLSA record of a name; null where it has none, "no-answer" where its name servers fail. */
export type FindTlsa = (name: string) => TlsaRecord | "no-answer" | null;

const byDomain = new Map(guardedDomains.map((one) => [one.domain, one]));

/** The guarded domain that this is, or that this name belongs to (its mail server, its policy host). */
export function guardedOf(name: string): Guarded | undefined {
  return byDomain.get(name) ?? byDomain.get(name.slice(name.indexOf(".") + 1));
}

/** TXT of `_mta-sts.<domain>`. */
export function stsRecordOf(name: string): string | null {
  const guarded = name.startsWith("_mta-sts.") ? byDomain.get(name.slice(9)) : undefined;
  return guarded?.sts ? "v=STSv1; id=20261128T000000;" : null;
}

/** What a policy host says; null where it says nothing. */
export function policyFileOf(host: string): string | null {
  const { sts } = (host.startsWith("mta-sts.") && byDomain.get(host.slice(8))) || { sts: null };
  if (!sts) return null;
  const lines = ["version: STSv1", `mode: ${sts.mode}`, `mx: ${sts.mx}`, `max_age: ${sts.maxAge}`, ""];
  return lines.join("\r\n");
}

/** What guarded names show: by SNI for mail servers, one for all policy hosts. Signed by the sandbox's authority. */
export function guardedCertificates(authority: Certificate): {
  mail: (host: string) => SecureContext | undefined;
  policies: Certificate;
  tlsa: FindTlsa;
} {
  const mail = new Map<string, SecureContext>();
  const tlsa = new Map<string, TlsaRecord | "no-answer">();
  for (const { domain, certificate, dane } of guardedDomains) {
    const host = `mail.${domain}`;
    const named = certificate === "own" ? host : "mail.somebody-else.example";
    const { key, cert } = issueCertificate({ name: named, hosts: [named], issuer: authority });
    // With its authority: a TLSA record that names one can be compared only with what is shown (RFC 7672 §3.1.2).
    mail.set(host, createSecureContext({ key, cert: cert + authority.cert }));
    if (dane) tlsa.set(`_25._tcp.${host}`, tlsaOf(dane.names, { key, cert }, authority));
  }
  const open = guardedDomains.filter((one) => one.sts && !one.hidesPolicy);
  const hosts = open.map((one) => `mta-sts.${one.domain}`);
  return {
    mail: (host) => mail.get(host),
    tlsa: (name) => tlsa.get(name) ?? null,
    policies: issueCertificate({ name: "mta-sts.sandbox.example", hosts, issuer: authority }),
  };
}

function tlsaOf(
  names: NonNullable<Guarded["dane"]>["names"],
  own: Certificate,
  authority: Certificate,
): TlsaRecord | "no-answer" {
  const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest();
  const key = new X509Certificate(own.cert).publicKey.export({ type: "spki", format: "der" });
  switch (names) {
    case "key":
      return { usage: 3, selector: 1, matchingType: 1, certificate: sha256(key) };
    case "authority":
      return {
        usage: 2,
        selector: 0,
        matchingType: 1,
        certificate: sha256(new X509Certificate(authority.cert).raw),
      };
    case "other-key":
      return { usage: 3, selector: 1, matchingType: 1, certificate: randomBytes(32) };
    case "nothing-usable":
      return { usage: 1, selector: 1, matchingType: 1, certificate: sha256(key) };
    case "no-answer":
      return names;
  }
}
