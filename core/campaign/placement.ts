import { type SQL, sql } from "drizzle-orm";
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

/** Providers with mail servers per customer: there, up to ten to one domain may follow each other on a connection. */
export const PER_HOST_BUCKETS: readonly number[] = PROVIDERS.filter((p) => p.perHost).map((p) => p.id);

/** The pool that carries a campaign: its own, its workspace's, the default. */
export const poolSql = (workspaceId: number, campaignPoolId: number | null): SQL => sql`
  coalesce(${campaignPoolId}::smallint, (select pool_id from workspaces where id = ${workspaceId}),
    (select id from pools order by is_default desc, id limit 1))`;
