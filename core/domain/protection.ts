import { hostsInOrder, type Mx } from "../mail/site/key.ts";
import { allowsMx } from "../mail/sts/policy.ts";
import type { StsMode, Tlsa } from "./types.ts";

/** What is kept of a recipient domain that bears on the encryption of mail to it. */
export type ProtectionFacts = {
  name: string;
  mx: readonly Mx[];
  isSigned: boolean;
  policy: {
    mode: StsMode | null;
    mx: readonly string[];
    since: Date;
    expiresAt: Date | null;
    error: string | null;
  } | null;
  /** Of its MX hosts those with TLSA records, or where nobody knows. */
  hosts: readonly {
    host: string;
    records: readonly Tlsa[];
    isUsable: boolean;
    since: Date;
    error: string | null;
  }[];
};

/** One thing about a domain, in words; `isBarred`: mail waits because of it. */
export type Protection = {
  about: string;
  sentences: string[];
  since: Date | null;
  until: Date | null;
  isBarred: boolean;
};

/** What a domain asks of the encryption of mail to it, and what comes of it, for people. */
export function describeProtection(facts: ProtectionFacts, now: Date, believesDnssec: boolean): Protection[] {
  return [describePolicy(facts, now), ...describeDane(facts, believesDnssec)];
}

function describePolicy({ mx, policy, hosts }: ProtectionFacts, now: Date): Protection {
  const nothing = { about: "Policy (MTA-STS)", since: null, until: null, isBarred: false };
  const isLive = policy !== null && (policy.mode === null || (policy.expiresAt ?? now) > now);
  if (!isLive)
    return { ...nothing, sentences: ["It has none: mail is encrypted where its servers offer it."] };
  const { mode, since, expiresAt: until, error } = policy;
  if (mode === null) {
    const sentences = [
      "It announces one that could not be read, and mail goes as if there were none.",
      error ?? "",
    ];
    return { ...nothing, since, sentences: sentences.filter(Boolean) };
  }
  const told = { ...nothing, since, until };
  const late = error
    ? [`The last look did not get it: ${ended(error)} What is kept holds until it ends.`]
    : [];
  if (mode === "none")
    return { ...told, sentences: ["It took its policy back: mail goes as without one.", ...late] };
  const allowed = policy.mx.join(", ");
  if (mode === "testing") {
    const words = `It is only tested: mail goes as without one, and is logged where it would not go to ${allowed} with a good certificate.`;
    return { ...told, sentences: [words, ...late] };
  }
  // A host that DNS proves is not asked for the policy's blessing.
  const barred = hostsInOrder(mx).filter(
    (host) => !allowsMx(policy.mx, host) && !hosts.some((one) => one.host === host && one.isUsable),
  );
  const isBarred = barred.length > 0 && barred.length === hostsInOrder(mx).length;
  return {
    ...told,
    isBarred,
    sentences: [
      `Mail goes only to ${allowed}, encrypted and with a certificate that is good for the server's name. Else it waits.`,
      ...(isBarred
        ? [`Its mail servers (${barred.join(", ")}) are none of these, so that all mail to it waits.`]
        : barred.length > 0
          ? [`${barred.join(", ")} ${barred.length === 1 ? "is" : "are"} not among them and never used.`]
          : []),
      ...late,
    ],
  };
}

function describeDane({ mx, isSigned, hosts }: ProtectionFacts, believesDnssec: boolean): Protection[] {
  const about = "Proof by DNS (DANE)";
  const nothing = { about, since: null, until: null, isBarred: false };
  if (!believesDnssec) {
    const words =
      "Not looked at: our DNS servers are neither on this machine nor chosen by DNS_SERVERS, so that what they call signed may not be.";
    return [{ ...nothing, sentences: [words] }];
  }
  if (!isSigned)
    return [{ ...nothing, sentences: ["DNS does not prove its mail servers: the records are not signed."] }];
  if (hosts.length === 0)
    return [
      { ...nothing, sentences: ["Its records are signed, but its mail servers have no TLSA records."] },
    ];
  // Mail waits only where no other host is left.
  const unknown = hosts.filter((one) => one.error && one.records.length === 0);
  const isBarred = unknown.length > 0 && unknown.length >= hostsInOrder(mx).length;
  return hosts.map(({ host, records, isUsable, since, error }) => {
    const told = { ...nothing, about: `${about}: ${host}`, since };
    if (error && records.length === 0) {
      const words = `Whether it has TLSA records could not be found out: ${ended(error)} Until then it is not used.`;
      return { ...told, isBarred, sentences: [words] };
    }
    const listed = records.map((record) => wordsOf(record));
    const sentences = isUsable
      ? [
          `Mail goes only where the certificate is one of these: ${listed.join("; ")}. This counts before a policy.`,
        ]
      : [
          `Mail has to be encrypted, whoever answers: none of its TLSA records can be used for mail (${listed.join("; ")}).`,
        ];
    if (error) sentences.push(`The last look got no answer: ${ended(error)}`);
    return { ...told, sentences };
  });
}

/** "the server's own key, SHA-256 0a1b2c3d… (3 1 1)" */
function wordsOf({ usage, selector, matching, data }: Tlsa): string {
  const whose =
    usage === 3 ? "the server's own" : usage === 2 ? "signed by an authority's" : "a public authority's";
  const what = selector === 1 ? "key" : "certificate";
  const how = matching === 1 ? "SHA-256 " : matching === 2 ? "SHA-512 " : "";
  const shown = data.length > 16 ? `${data.slice(0, 16)}…` : data;
  return `${whose} ${what}, ${how}${shown} (${usage} ${selector} ${matching})`;
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
