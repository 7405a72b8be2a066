import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { type Certificate, issueCertificate } from "./tls.ts";

import type { TlsaRecord } from "./types.ts";

/** The TLSA record of a name; null where it has none, "no-answer" where its name servers fail. */
export type FindTlsa = (name: string) => TlsaRecord | "no-answer" | null;

/** A domain that asks for encryption, well or badly; its mail server is a small site. */
export type Guarded = {
  domain: string;
  /** Its mail server, where it is not `mail.<domain>`. */
  host?: string;
  /** MTA-STS: what its policy says; null where it has none. */
  sts: { mode: "enforce" | "testing"; mx: string; maxAge: number } | null;
  /** Whose name is in the certificate of its mail server. */
  certificate: "own" | "other";
  /** DANE: what its TLSA records name, and whether its zone is signed. */
  dane?: { names: "key" | "authority" | "other-key" | "nothing-usable" | "no-answer"; isSigned: boolean };
  /** Whether its policy can be read. */
  hidesPolicy?: boolean;
  /** What comes of mail to it, for people. */
  outcome: string;
};

const day = 86_400;

/** Names that people can mail to, to see what MTA-STS does. */
export const guardedDomains: Guarded[] = [
  {
    domain: "sts-enforce.example",
    sts: { mode: "enforce", mx: "mail.sts-enforce.example", maxAge: 7 * day },
    certificate: "own",
    outcome: "delivered, encrypted, with a certificate that is good",
  },
  {
    domain: "sts-mismatch.example",
    sts: { mode: "enforce", mx: "*.elsewhere.example", maxAge: 7 * day },
    certificate: "own",
    outcome: "deferred: its mail server is none that its policy allows",
  },
  {
    domain: "sts-badcert.example",
    sts: { mode: "enforce", mx: "mail.sts-badcert.example", maxAge: 7 * day },
    certificate: "other",
    outcome: "deferred: the certificate of its mail server is for another name",
  },
  {
    domain: "sts-neighbour.example",
    host: "mail.sts-badcert.example",
    sts: null,
    certificate: "other",
    outcome: "delivered by the mail server of sts-badcert.example: it asks for nothing",
  },
  {
    domain: "sts-testing.example",
    sts: { mode: "testing", mx: "mail.sts-testing.example", maxAge: day },
    certificate: "other",
    outcome: "delivered, although its certificate is bad: its policy is only tested",
  },
  {
    domain: "sts-unread.example",
    sts: { mode: "enforce", mx: "mail.sts-unread.example", maxAge: day },
    certificate: "own",
    hidesPolicy: true,
    outcome: "delivered as if it had no policy: the one that it announces cannot be read",
  },
  {
    domain: "dane-good.example",
    sts: null,
    dane: { names: "key", isSigned: true },
    certificate: "other",
    outcome: "delivered: its TLSA record names the key of its mail server, whatever the certificate says",
  },
  {
    domain: "dane-authority.example",
    sts: null,
    dane: { names: "authority", isSigned: true },
    certificate: "own",
    outcome: "delivered: its TLSA record names the authority that signed its certificate",
  },
  {
    domain: "dane-bad.example",
    sts: null,
    dane: { names: "other-key", isSigned: true },
    certificate: "own",
    outcome: "deferred: its TLSA record names another key",
  },
  {
    domain: "dane-broken.example",
    sts: null,
    dane: { names: "no-answer", isSigned: true },
    certificate: "own",
    outcome: "deferred: whether it has TLSA records cannot be found out",
  },
  {
    domain: "dane-unusable.example",
    sts: null,
    dane: { names: "nothing-usable", isSigned: true },
    certificate: "other",
    outcome: "delivered, encrypted: its TLSA record is of a kind that means nothing for mail",
  },
  {
    domain: "dane-unsigned.example",
    sts: null,
    dane: { names: "other-key", isSigned: false },
    certificate: "own",
    outcome: "delivered: its TLSA record is wrong, but nobody signed it",
  },
  {
    domain: "dane-first.example",
    sts: { mode: "enforce", mx: "mail.dane-first.example", maxAge: day },
    dane: { names: "other-key", isSigned: true },
    certificate: "own",
    outcome: "deferred: its policy (MTA-STS) is kept, but its TLSA record is not, and that counts first",
  },
];

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
