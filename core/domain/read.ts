import { eq, inArray, sql } from "drizzle-orm";
import { daneHosts, domains, sites, stsPolicies } from "#db/schema/index.ts";
import { hostsInOrder } from "../mail/site/key.ts";
import type { AdminCtx } from "../platform/context.ts";
import type { ProtectionFacts } from "./protection.ts";

export type RecipientDomain = ProtectionFacts & { status: string; error: string | null; site: string | null };

/** A domain that mail was or will be sent to, as DNS told it; null where it was never seen. */
export async function findRecipientDomain(
  ctx: Pick<AdminCtx, "db">,
  name: string,
): Promise<RecipientDomain | null> {
  const [row] = await ctx.db
    .select({ domain: domains, site: sites.name, policy: stsPolicies })
    .from(domains)
    .leftJoin(sites, eq(sites.id, domains.siteId))
    .leftJoin(stsPolicies, eq(stsPolicies.domain, domains.name))
    .where(eq(domains.name, name));
  if (!row || row.domain.status === "unknown") return null;
  const { mx, isSigned, status, error } = row.domain;
  const named = hostsInOrder(mx);
  const hosts = isSigned
    ? await ctx.db
        .select()
        .from(daneHosts)
        .where(inArray(daneHosts.host, named.length > 0 ? named : [name]))
        .orderBy(daneHosts.host)
    : [];
  return { name, mx, isSigned, status, error, site: row.site, policy: row.policy, hosts };
}

export type GuardedDomainRow = {
  name: string;
  mode: (typeof stsPolicies.$inferSelect)["mode"];
  hasPolicy: boolean;
  hasDane: boolean;
  since: Date;
};

/** Recipient domains that ask for encryption, or announce that they do; the first 200 by name. */
export async function listGuardedDomains(ctx: AdminCtx): Promise<GuardedDomainRow[]> {
  const rows = await ctx.db.execute<{
    name: string;
    mode: GuardedDomainRow["mode"];
    has_policy: boolean;
    has_dane: boolean;
    since: string;
  }>(sql`
    select d.name, p.mode, p.domain is not null as has_policy, h.since is not null as has_dane,
      least(p.since, h.since) as since
    from domains d left join sts_policies p on p.domain = d.name and coalesce(p.expires_at > now(), true)
    left join lateral (
      select min(h.since) as since from jsonb_array_elements(d.mx) m
      join dane_hosts h on h.host = lower(rtrim(m->>'host', '.')) where d.is_signed) h on true
    where p.domain is not null or h.since is not null
    order by d.name limit 200`);
  return rows.map((row) => ({
    name: row.name,
    mode: row.mode,
    hasPolicy: row.has_policy,
    hasDane: row.has_dane,
    since: new Date(row.since),
  }));
}
