import { sql } from "drizzle-orm";
import { bucketSql, deadDomainSql, systemPoolSql } from "#core/campaign/placement.ts";
import type { SystemMailKind } from "#core/campaign/types.ts";
import { CLASS_SYSTEM } from "#core/delivery/types.ts";
import { wakeLanes } from "#core/delivery/wake-lanes.ts";
import { noteDomains } from "#core/domain/note.ts";
import { parseAddress } from "#core/mail/address.ts";
import { type Ctx, type Result, refuse } from "#core/platform/context.ts";
import { type Db, withTransaction } from "#core/platform/db.ts";
import type { SuppressionReason } from "#core/suppression/types.ts";
import { systemMails } from "#db/schema/index.ts";

export type SystemMail = {
  workspaceId: number;
  kind: SystemMailKind;
  to: string;
  subject: string;
  html: string;
  text: string;
  replyTo?: string | null;
  /** The subscriber it is about, where there is one; the ledger row itself belongs to nobody. */
  subscriberId?: number | null;
  /** Default: the workspace's default sender, else its first. */
  senderId?: number | null;
};

/** Kinds that the person asked for a moment ago: a complaint about a campaign does not stop them. */
const ASKED_FOR: readonly SystemMailKind[] = ["reset", "invitation"];

/**
 * Hands one mail of the system itself to the lanes, in the caller's transaction and ahead of all campaigns.
 * Refuses an address that is none, is dead, complained (but for a reset or an invitation), or whose domain takes no
 * mail, and a workspace without a sender. Public forms must not show which.
 */
export function enqueueSystemMail(
  ctx: Ctx,
  mail: SystemMail,
): Promise<Result<{ campaignId: number; seq: number }>> {
  return withTransaction(ctx, async ({ db }) => {
    const address = parseAddress(mail.to);
    if (!address.ok) return refuse("This is not an address that mail can be sent to.");
    const now = ctx.now();

    const [row] = await db.execute<{
      sender_id: number | null;
      stop: SuppressionReason | null;
      dead: string | null;
    }>(sql`
      select
        (select s.id from senders s join workspaces w on w.id = s.workspace_id
          where s.workspace_id = ${mail.workspaceId} and s.removed_at is null
            and (${mail.senderId ?? null}::int is null or s.id = ${mail.senderId ?? null}::int)
          order by s.id = w.default_sender_id desc nulls last, s.id limit 1) as sender_id,
        (select x.reason from suppressions x where x.address_key = ${address.addressKey} and x.lifted_at is null
          and coalesce(x.workspace_id, 0) in (0, ${mail.workspaceId})
          and x.reason = any(${ASKED_FOR.includes(mail.kind) ? "{recipient-dead}" : "{recipient-dead,complaint}"}::suppression_reason[])
          limit 1) as stop,
        (select d.error from domains d where d.name = ${address.domain}
          and ${deadDomainSql({ status: sql`d.status`, resolvedAt: sql`d.resolved_at` }, now)}) as dead`);
    if (!row?.sender_id) return refuse("This workspace has no sender yet, so no mail can leave it.");
    if (row.stop === "recipient-dead") return refuse("Mail to this address came back as undeliverable.");
    if (row.stop) return refuse("The person at this address complained about our mail.");
    if (row.dead) return refuse(row.dead);

    const { campaignId, seq } = await nextPlace(db, mail.workspaceId, now);
    await db.insert(systemMails).values({
      campaignId,
      seq,
      workspaceId: mail.workspaceId,
      kind: mail.kind,
      senderId: row.sender_id,
      subject: mail.subject,
      html: mail.html,
      text: mail.text,
      replyTo: mail.replyTo ?? null,
      subscriberId: mail.subscriberId ?? null,
    });
    await noteDomains(db, [address.domain]);
    const [placed] = await db.execute<{ pool_id: number; bucket: number }>(sql`
      with place as (
        select ${systemPoolSql(mail.workspaceId)} as pool_id, d.site_id,
          ${bucketSql({ providerId: sql`t.provider_id`, siteId: sql`d.site_id`, domain: sql`d.name` })} as bucket
        from domains d left join sites t on t.id = d.site_id where d.name = ${address.domain}
      ), row as (
        insert into deliveries (campaign_id, seq, address, domain, site_id)
        select ${campaignId}, ${seq}, ${`${address.local}@${address.domain}`}, ${address.domain}, coalesce(site_id, 0) from place
      ), turn as (
        insert into due (campaign_id, seq, pool_id, bucket, class, due_at)
        select ${campaignId}, ${seq}, pool_id, bucket, ${CLASS_SYSTEM}, ${now.toISOString()}::timestamptz from place
      ), count as (
        insert into rollups (campaign_id, bucket, state, n) select ${campaignId}, bucket, 'w', 1 from place
        on conflict (campaign_id, bucket, source_id, state) do update set n = rollups.n + 1
      ) select pool_id, bucket from place`);
    await wakeLanes(db, { poolId: placed!.pool_id, bucket: placed!.bucket });
    return { ok: true, campaignId, seq };
  });
}

/** The next number in the workspace's hidden campaign of this month (UTC), which is made when first needed. */
async function nextPlace(
  db: Db,
  workspaceId: number,
  now: Date,
): Promise<{ campaignId: number; seq: number }> {
  const month = now.toISOString().slice(0, 7);
  const take = () =>
    db.execute<{ campaignId: number; seq: number }>(sql`
      update campaigns set audience_size = audience_size + 1, candidates = audience_size + 1
      where workspace_id = ${workspaceId} and month = ${month} and kind = 'system'
      returning id as "campaignId", audience_size as seq`);
  const [taken] = await take();
  if (taken) return taken;
  const [made] = await db.execute<{ id: number }>(sql`
    insert into campaigns (workspace_id, kind, month, name, state, launched_at, track_opens, track_clicks)
    values (${workspaceId}, 'system', ${month}, ${`System mail ${month}`}, 'sending', ${now.toISOString()}::timestamptz, false, false)
    on conflict (workspace_id, month) where kind = 'system' do nothing returning id`);
  if (made) await db.execute(sql`select ledger_partition_for(${made.id})`);
  const [first] = await take();
  return first!;
}
