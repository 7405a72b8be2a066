import { sql } from "drizzle-orm";
import type { Mx } from "#core/mail/site/key.ts";
import { hostsInOrder } from "#core/mail/site/key.ts";
import { siteOf } from "#core/mail/site/resolve.ts";
import type { Ctx } from "#core/platform/context.ts";
import { askPolicy, type KeptPolicy } from "./ask-policy.ts";
import type { Dns } from "./dns.ts";
import { type HostFacts, keepHosts } from "./keep-hosts.ts";
import { keepPolicies, keptPolicies } from "./keep-policies.ts";

export type DomainStatus = "ok" | "null-mx" | "no-domain" | "no-servers" | "temporary";

/** What is known of one domain after asking. `siteName` only where mail can go somewhere. */
export type DomainFacts = {
  name: string;
  status: DomainStatus;
  mx: Mx[];
  siteName: string | null;
  providerId: number | null;
  /** Whether DNS proves its MX records: only then DANE speaks for its mail servers (RFC 7672 §2.2.1). */
  isSigned: boolean;
  error: string | null;
};

/** How long an answer holds, in minutes: Node does not hand out the TTL of MX records. */
const KEEP_MINUTES: Record<DomainStatus, number> = {
  ok: 24 * 60,
  "null-mx": 24 * 60,
  "no-domain": 6 * 60,
  "no-servers": 6 * 60,
  temporary: 15,
};

/** Whether a policy was replaced has to be known before mail that it stands in the way of expires (RFC 8461 §5.1). */
const KEEP_WITH_POLICY_MINUTES = 60;

/** Longer chains of aliases are circles; name servers follow fewer. */
const ALIASES_MAX = 12;

const AT_ONCE = 50;
const BATCH = 500;

/** Asks DNS about one domain (A-label). MX first; without any, the domain itself is the server (RFC 5321 §5.1). */
export async function lookUpDomain(name: string, dns: Dns): Promise<DomainFacts> {
  const nothing = { name, mx: [], siteName: null, providerId: null, isSigned: false, error: null };
  const mx = await dns.mx(name);
  if (mx.kind === "failed") return { ...nothing, status: "temporary", error: mx.error };
  if (mx.kind === "no-domain") {
    return { ...nothing, status: "no-domain", error: "The domain does not exist (NXDOMAIN)." };
  }
  const records = mx.kind === "found" ? mx.records : [];
  const site = siteOf(name, records);
  if (site.kind === "null-mx") {
    return { ...nothing, status: "null-mx", error: "The domain says that it takes no mail (null MX)." };
  }
  if (site.kind === "address") {
    const addresses = await dns.addresses(name);
    if (addresses.kind === "failed") return { ...nothing, status: "temporary", error: addresses.error };
    if (addresses.kind !== "found") {
      const circle = await findCircle(name, dns);
      if (circle !== null) return { ...nothing, status: "temporary", error: circle };
      return {
        ...nothing,
        status: "no-servers",
        error: "The domain has no mail server: neither MX records nor an address.",
      };
    }
  }
  // Before mail goes, it has to be known whether anything is proved: a blocked question may hide what is asked for.
  const signed = await dns.signedMx?.(name);
  if (signed?.kind === "failed") {
    const error = `Whether the domain's records are signed could not be found out: ${signed.error}.`;
    return { ...nothing, status: "temporary", error };
  }
  const isSigned = signed?.isSigned ?? false;
  return { ...nothing, status: "ok", mx: records, siteName: site.key, providerId: site.providerId, isSigned };
}

/** An alias that leads nowhere for ever is a mistake that somebody mends, not a domain without mail. In words. */
async function findCircle(name: string, dns: Dns): Promise<string | null> {
  let at = name;
  for (let i = 0; i < ALIASES_MAX; i++) {
    const alias = await dns.cname(at);
    if (alias.kind === "failed") return alias.error;
    if (alias.kind !== "found") return null;
    at = alias.records[0]?.toLowerCase() ?? "";
  }
  return "The domain's alias (CNAME) leads in a circle.";
}

/**
 * Looks recipient domains up and keeps the answers: those named, or those never asked and those whose answer is too
 * old, the longest waiting first. A failed lookup keeps what was known before.
 * @returns how many were asked, and whether more are waiting
 */
export async function resolveDomains(
  ctx: Ctx,
  which: { names: readonly string[] } | { stale: true; limit?: number },
  dns: Dns,
): Promise<{ asked: number; more: boolean }> {
  let asked = 0;
  const limit = "names" in which ? which.names.length : (which.limit ?? 20_000);
  while (asked < limit) {
    const size = Math.min(BATCH, limit - asked);
    const names = "names" in which ? which.names.slice(asked, asked + size) : await takeStale(ctx, size);
    if (names.length === 0) return { asked, more: false };
    const kept = dns.policy ? await keptPolicies(ctx.db, names) : new Map<string, KeptPolicy>();
    await keep(ctx, await lookUpAll(names, dns, kept, ctx.now()));
    asked += names.length;
  }
  return { asked, more: !("names" in which) };
}

/** Names due for asking, put off by two minutes so that a second worker takes others. */
async function takeStale(ctx: Ctx, limit: number): Promise<string[]> {
  const rows = await ctx.db.execute<{ name: string }>(sql`
    update domains set expires_at = ${ctx.now().toISOString()}::timestamptz + interval '2 minutes'
    where name in (select name from domains where expires_at <= ${ctx.now().toISOString()}::timestamptz
      order by expires_at limit ${limit} for update skip locked) returning name`);
  return rows.map((row) => row.name);
}

/** One domain after asking, with its policy: undefined where it was not asked for, null where there is none. */
type Found = DomainFacts & { policy: KeptPolicy | null | undefined; dane: HostFacts[] };

async function lookUpAll(
  names: readonly string[],
  dns: Dns,
  kept: ReadonlyMap<string, KeptPolicy>,
  now: Date,
): Promise<Found[]> {
  const found: Found[] = [];
  let next = 0;
  const { txt, policy } = dns;
  const work = async () => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      const facts = await lookUpDomain(name, dns);
      const asks = policy && facts.status === "ok";
      found.push({
        ...facts,
        dane: await askHosts(facts, dns),
        policy: asks ? await askPolicy(name, kept.get(name), now, { txt, policy }) : undefined,
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, names.length) }, work));
  return found;
}

/** For people to look at: the engine asks anew when it dials. */
async function askHosts({ name, mx, isSigned }: DomainFacts, { dane }: Dns): Promise<HostFacts[]> {
  if (!isSigned || !dane) return [];
  const hosts = hostsInOrder(mx);
  return Promise.all(
    (hosts.length > 0 ? hosts : [name]).map(async (host) => ({ host, answer: await dane(host) })),
  );
}

/**
 * Writes sites, then domains with their policies, in one transaction, sorted so that two writers never wait for each
 * other in a ring.
 */
async function keep(ctx: Ctx, facts: Found[]): Promise<void> {
  const now = ctx.now().getTime();
  const rows = facts
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((fact) => ({
      name: fact.name,
      status: fact.status,
      mx: fact.mx,
      site: fact.siteName,
      provider: fact.providerId,
      is_signed: fact.isSigned,
      error: fact.error,
      // Spread over a tenth, so that an import's domains do not all come up again in the same minute.
      expires: new Date(now + keepMinutes(fact) * 60_000 * (0.9 + Math.random() * 0.1)).toISOString(),
    }));
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as g(name text, status text, mx jsonb, site text, provider smallint, is_signed boolean, error text, expires timestamptz)`;
  await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`
      insert into sites (name, provider_id) select site, max(provider) from ${given} where site is not null
        and not exists (select from sites s where s.name = g.site and s.provider_id is not distinct from g.provider)
      group by site order by site
      on conflict (name) do update set provider_id = excluded.provider_id`);
    await tx.execute(sql`
      insert into domains as d (name, site_id, mx, is_signed, status, error, resolved_at, expires_at)
      select g.name, s.id, g.mx, g.is_signed, g.status, g.error, ${new Date(now).toISOString()}::timestamptz, g.expires
      from ${given} left join sites s on s.name = g.site order by g.name
      on conflict (name) do update set expires_at = excluded.expires_at, error = excluded.error,
        status = case when excluded.status = 'temporary' and d.status not in ('unknown', 'temporary') then d.status
          else excluded.status end,
        site_id = case when excluded.status = 'temporary' then d.site_id else excluded.site_id end,
        mx = case when excluded.status = 'temporary' then d.mx else excluded.mx end,
        is_signed = case when excluded.status = 'temporary' then d.is_signed else excluded.is_signed end,
        resolved_at = case when excluded.status = 'temporary' then d.resolved_at else excluded.resolved_at end`);
    await keepPolicies(tx, facts, ctx.now());
    await keepHosts(
      tx,
      facts.flatMap((fact) => fact.dane),
      ctx.now(),
    );
  });
}

const keepMinutes = ({ status, policy }: Found): number =>
  policy ? Math.min(KEEP_WITH_POLICY_MINUTES, KEEP_MINUTES[status]) : KEEP_MINUTES[status];
