import { type SQL, sql } from "drizzle-orm";
import { BIG_SITE_FROM } from "#core/mail/provider/bucket.ts";
import { PROVIDERS } from "#core/mail/provider/providers.ts";

/** Where dead domains' rows are counted: a bucket that no lane serves. */
export const NO_BUCKET = 0;

/** `shardOf` of core/mail/provider/bucket.ts as SQL, for an id or any other integer; a test compares the two. */
export const shardSql = (id: SQL): SQL =>
  sql`(1000 + (((((${id})::bigint & 2147483647) * 2654435761) & 4294967295) >> 28))::int`;

/**
 * The bucket of a domain: its provider's, else the shard of its site, else (never looked up) a shard by its name.
 * The lane resolves it at connect; `isBig` gives a big site its own bucket.
 */
export const bucketSql = (of: { providerId: SQL; siteId: SQL; domain: SQL; isBig?: SQL }): SQL => sql`
  case when ${of.providerId} is not null then (${of.providerId})::int
    ${of.isBig ? sql`when ${of.isBig} then 100000 + ${of.siteId}` : sql``}
    when ${of.siteId} is not null then ${shardSql(of.siteId)}
    else ${shardSql(sql`hashtext(${of.domain})`)} end`;

/** Verdicts about domains older than this are not taken for granted: the lane asks again. */
const TRUST_HOURS = 48;

/** True where DNS said lately that no mail can go to the domain `d`. */
export const deadDomainSql = (d: { status: SQL; resolvedAt: SQL }, now: Date): SQL =>
  sql`coalesce(${d.status} in ('null-mx', 'no-domain', 'no-servers')
    and ${d.resolvedAt} > ${now.toISOString()}::timestamptz - make_interval(hours => ${TRUST_HOURS}), false)`;

/**
 * Where the domains of an audience are at home: `counted` with its (domain, n), and site_id, provider_id, status, error,
 * is_dead, is_big and bucket of each. A site is big by what this audience has for it.
 */
export const homesSql = (counted: SQL, now: Date): SQL => sql`
  select w.*, case when is_dead then ${NO_BUCKET} else ${bucketSql({
    providerId: sql`w.provider_id`,
    siteId: sql`w.site_id`,
    domain: sql`w.domain`,
    isBig: sql`w.is_big`,
  })} end as bucket from (
    select l.*, site_id is not null
      and sum(n) filter (where not is_dead) over (partition by site_id) >= ${BIG_SITE_FROM} as is_big from (
      select c.domain, c.n, d.site_id, t.provider_id, d.status, d.error,
        ${deadDomainSql({ status: sql`d.status`, resolvedAt: sql`d.resolved_at` }, now)} as is_dead
      from ${counted} c left join domains d on d.name = c.domain left join sites t on t.id = d.site_id
    ) l
  ) w`;

/** Providers with mail servers per customer: there, up to ten to one domain may follow each other on a connection. */
export const PER_HOST_BUCKETS: readonly number[] = PROVIDERS.filter((p) => p.perHost).map((p) => p.id);

/** The pool that carries a campaign: its own, its workspace's, the default. */
export const poolSql = (workspaceId: number, campaignPoolId: number | null): SQL => sql`
  coalesce(${campaignPoolId}::smallint, (select pool_id from workspaces where id = ${workspaceId}),
    (select id from pools order by is_default desc, id limit 1))`;

/** The pool that carries a workspace's system mail: its own, else that of campaigns. */
export const systemPoolSql = (workspaceId: number): SQL => sql`
  coalesce((select system_pool_id from workspaces where id = ${workspaceId}), ${poolSql(workspaceId, null)})`;
