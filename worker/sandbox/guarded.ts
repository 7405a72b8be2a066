import { createSecureContext, type SecureContext } from "node:tls";
import { type Certificate, issueCertificate } from "./tls.ts";

/** A domain that asks for encryption, well or badly; its mail server is a small site. */
export type Guarded = {
  domain: string;
  /** Its mail server, where it is not `mail.<domain>`. */
  host?: string;
  /** MTA-STS: what its policy says; null where it has none. */
  sts: { mode: "enforce" | "testing"; mx: string; maxAge: number } | null;
  /** Whose name is in the certificate of its mail server. */
  certificate: "own" | "other";
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
} {
  const mail = new Map<string, SecureContext>();
  for (const { domain, certificate } of guardedDomains) {
    const host = `mail.${domain}`;
    const named = certificate === "own" ? host : "mail.somebody-else.example";
    mail.set(host, createSecureContext(issueCertificate({ name: named, hosts: [named], issuer: authority })));
  }
  const open = guardedDomains.filter((one) => one.sts && !one.hidesPolicy);
  const hosts = open.map((one) => `mta-sts.${one.domain}`);
  return {
    mail: (host) => mail.get(host),
    policies: issueCertificate({ name: "mta-sts.sandbox.example", hosts, issuer: authority }),
  };
}
