import { eq } from "drizzle-orm";
import type { DomainCheck } from "#db/schema/campaign.ts";
import { senderDomains, sources } from "#db/schema/index.ts";
import type { Dns, DnsAnswer } from "../domain/dns.ts";
import { dkimRecord } from "../mail/dkim/key.ts";
import { type Ctx, type Result, refuse } from "../platform/context.ts";

type Domain = {
  name: string;
  dkimSelector: string;
  dkimPublicKey: string;
  ed25519Selector?: string | null;
  ed25519PublicKey?: string | null;
};

/** The records that a sender domain needs, as its owner has to publish them. `ips`: the sources that send for it. */
export function expectedRecords(
  domain: Domain,
  ips: string[],
  inboundHost: string,
): Omit<DomainCheck, "found" | "verdict">[] {
  const parts = ips.map((ip) => `${ip.includes(":") ? "ip6" : "ip4"}:${ip}`);
  const spf = ["v=spf1", ...parts, "~all"].join(" ");
  const bounces = `bounces.${domain.name}`;
  const { ed25519Selector, ed25519PublicKey } = domain;
  const second: Omit<DomainCheck, "found" | "verdict">[] =
    ed25519Selector && ed25519PublicKey
      ? [
          {
            record: "dkim-ed25519",
            name: `${ed25519Selector}._domainkey.${domain.name}`,
            type: "TXT",
            expected: dkimRecord(ed25519PublicKey, "ed25519"),
          },
        ]
      : [];
  return [
    {
      record: "dkim",
      name: `${domain.dkimSelector}._domainkey.${domain.name}`,
      type: "TXT",
      expected: dkimRecord(domain.dkimPublicKey),
    },
    ...second,
    { record: "spf", name: bounces, type: "TXT", expected: spf },
    { record: "dmarc", name: `_dmarc.${domain.name}`, type: "TXT", expected: "v=DMARC1; p=none" },
    { record: "return-path", name: bounces, type: "MX", expected: `10 ${inboundHost}` },
  ];
}

/** Compares what DNS says with what a record has to say. What could not be asked is no pass and no fail. */
export function judgeRecord(
  record: Omit<DomainCheck, "found" | "verdict">,
  answer: DnsAnswer<string>,
  ips: string[],
): DomainCheck {
  if (answer.kind === "failed") return { ...record, found: [], verdict: "could-not-ask" };
  const found = answer.kind === "found" ? answer.records : [];
  const relevant = found.filter(RELEVANT[record.record]);
  if (relevant.length === 0) return { ...record, found, verdict: "missing" };
  return {
    ...record,
    found: relevant,
    verdict: MATCHES[record.record](relevant, record.expected, ips) ? "ok" : "different",
  };
}

const RELEVANT: Record<DomainCheck["record"], (text: string) => boolean> = {
  spf: (text) => /^v=spf1(\s|$)/i.test(text),
  dkim: (text) => /(^|;\s*)p=/i.test(text),
  "dkim-ed25519": (text) => /(^|;\s*)p=/i.test(text),
  dmarc: (text) => /^v=DMARC1\s*;/i.test(text),
  "return-path": () => true,
  mx: () => true,
};

const keyOf = (text: string): string => /(?:^|;)\s*p=([^;]*)/i.exec(text)?.[1]?.replace(/\s+/g, "") ?? "";

const takesMail = (found: string[]): boolean => found.some((mx) => !/^\d+ \.?$/.test(mx));

const MATCHES: Record<DomainCheck["record"], (found: string[], expected: string, ips: string[]) => boolean> =
  {
    // RFC 7208 4.5: more than one SPF record is an error. Ours need not be word for word, the addresses have to be in it.
    spf: (found, _expected, ips) => found.length === 1 && ips.every((ip) => spfAllows(found[0]!, ip)),
    dkim: (found, expected) => found.some((text) => keyOf(text) === keyOf(expected) && keyOf(text) !== ""),
    // Without k= a key counts as RSA (RFC 6376 3.6.1). Two records under one name are none that receivers agree on.
    "dkim-ed25519": (found, expected) =>
      found.length === 1 &&
      /(?:^|;)\s*k\s*=\s*ed25519\s*(?:;|$)/i.test(found[0]!) &&
      keyOf(found[0]!) === keyOf(expected),
    dmarc: (found) => found.length === 1 && /;\s*p\s*=\s*(none|quarantine|reject)/i.test(found[0]!),
    // Any host that takes mail may hand it to us. A null MX (RFC 7505) takes none.
    "return-path": takesMail,
    mx: takesMail,
  };

/**
 * True where an SPF record names the address itself, or has a mechanism that is not read here and may allow it
 * (include, redirect, a, mx, exists, a range). RFC 7208 4.6: only those without qualifier or with `+` allow.
 */
function spfAllows(spf: string, ip: string): boolean {
  return spf
    .split(/\s+/)
    .slice(1)
    .map((term) => term.toLowerCase().replace(/^\+/, ""))
    .some(
      (term) =>
        term === `ip4:${ip}` ||
        term === `ip6:${ip.toLowerCase()}` ||
        /^(include:|exists:|redirect=|(a|mx)([:/]|$)|ip[46]:[^/]+\/\d+$)/.test(term),
    );
}

/** Asks DNS for all records of a sender domain and keeps what it said. */
export async function checkSenderDomain(
  ctx: Ctx,
  input: { senderDomainId: number },
  dns: Dns,
): Promise<Result<{ checks: DomainCheck[] }>> {
  const [domain] = await ctx.db
    .select()
    .from(senderDomains)
    .where(eq(senderDomains.id, input.senderDomainId));
  if (!domain) return refuse("This domain is gone.");
  const rows = await ctx.db.select({ ip: sources.ip, removedAt: sources.removedAt }).from(sources);
  const ips = rows.flatMap((row) => (row.ip && !row.removedAt ? [row.ip] : []));
  const expected = expectedRecords(domain, ips, new URL(ctx.settings.appUrl).hostname);
  const checks = await Promise.all(
    expected.map(async (record) =>
      judgeRecord(
        record,
        record.type === "MX" ? mxTexts(await dns.mx(record.name)) : await dns.txt(record.name),
        ips,
      ),
    ),
  );
  const second = checks.find((check) => check.record === "dkim-ed25519")?.verdict;
  // What could not be asked changes nothing.
  const foundAt =
    second === "could-not-ask"
      ? domain.ed25519FoundAt
      : second === "ok"
        ? (domain.ed25519FoundAt ?? ctx.now())
        : null;
  await ctx.db
    .update(senderDomains)
    .set({ checks, checkedAt: ctx.now(), ed25519FoundAt: foundAt })
    .where(eq(senderDomains.id, domain.id));
  return { ok: true, checks };
}

const mxTexts = (answer: DnsAnswer<{ host: string; preference: number }>): DnsAnswer<string> =>
  answer.kind === "found"
    ? { kind: "found", records: answer.records.map((mx) => `${mx.preference} ${mx.host}`) }
    : answer;
