import { and, eq, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { CLASS_CAMPAIGN } from "#core/delivery/types.ts";
import { wakeLanes } from "#core/delivery/wake-lanes.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { campaigns } from "#db/schema/index.ts";
import { count, recordCampaignEvent } from "./event.ts";
import { launchProblems } from "./launch-problems.ts";
import { readCampaignParts } from "./message-source.ts";
import { RecipientFilter, recipientSql } from "./report/recipient-filter.ts";

/** Ends that another try may change. Accepted, suppressed and cancelled ones stay as they are. */
export const RETRYABLE = ["bounced", "expired", "uncertain"] as const;

export const RetryRecipientsInput = RecipientFilter.extend({
  campaignId: z.coerce.number().int().positive().max(2_147_483_647),
  state: z.enum(RETRYABLE, "Only bounced, expired and uncertain recipients can be tried again."),
  /** The number on the button. */
  expected: z.coerce.number().int().positive(),
});
export type RetryRecipientsInput = z.infer<typeof RetryRecipientsInput>;

/** A dead address and a domain without mail servers stay dead, however often they are asked. */
const HOPELESS = ["recipient-dead", "dns"] as const;

const retryable = (campaignId: number, filter: RecipientFilter): SQL => sql`
  select d.seq, d.state as was, s.pool_id, s.bucket from deliveries d
  join streams s on s.campaign_id = d.campaign_id and d.seq between s.first_seq and s.last_seq
  where ${recipientSql(campaignId, filter)} and d.state in ('b', 'e', 'x')
    and coalesce(d.verdict, -1) not in (${sql.join(
      HOPELESS.map((verdict) => sql`${VERDICTS.indexOf(verdict)}::smallint`),
      sql`, `,
    )})`;

/** How many of a finished campaign's recipients that match could be tried again; null where that takes too long. */
export async function countRetryable(
  ctx: WorkspaceCtx,
  campaignId: number,
  filter: RecipientFilter,
): Promise<number | null> {
  requireRole(ctx, "viewer");
  if (!RETRYABLE.some((state) => state === filter.state)) return 0;
  try {
    return await ctx.db.transaction(async (tx) => {
      await tx.execute(sql`set local statement_timeout = '10s'`);
      const [row] = await tx.execute<{ n: number }>(sql`
        select count(*)::int as n from campaigns c cross join (${retryable(campaignId, filter)}) r
        where c.id = ${campaignId} and c.workspace_id = ${ctx.workspaceId} and c.kind = 'campaign' and c.state = 'finished'`);
      return row?.n ?? 0;
    });
  } catch (error) {
    if ((error as { cause?: { code?: string } }).cause?.code === "57014") return null;
    throw error;
  }
}

/**
 * Tries recipients of a finished campaign again: their rows wait once more, each with a turn of its own, and the
 * campaign sends for as long as it had at its launch. Consent and suppression are asked again before each. Only once
 * finished: until then a claim may still name a settled row, and whoever adopts it would send beside the new turn.
 */
export function retryRecipients(
  ctx: WorkspaceCtx,
  input: RetryRecipientsInput,
): Promise<Result<{ retried: number }>> {
  requireRole(ctx, "marketer");
  const { campaignId, expected, ...filter } = RetryRecipientsInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const parts = await readCampaignParts(tx.db, campaignId);
    if (!parts || parts.workspace.id !== ctx.workspaceId || parts.campaign.kind !== "campaign") {
      return refuse("There is no such campaign.");
    }
    const problems = await launchProblems(tx.db, parts, ctx.settings.appUrl);
    if (problems.length > 0) return refuse(problems.join(" "));
    const now = ctx.now();
    const expiresAt = new Date(now.getTime() + parts.campaign.expireAfterHours * 3_600_000);
    const mine = and(eq(campaigns.id, campaignId), eq(campaigns.workspaceId, ctx.workspaceId));
    const [locked] = await tx.db
      .select({ id: campaigns.id })
      .from(campaigns)
      .where(and(mine, eq(campaigns.state, "finished")))
      .for("update");
    if (!locked) return refuse("Only a finished campaign can be tried again.");
    const [found] = await tx.db.execute<{ n: number }>(
      sql`select count(*)::int as n from (${retryable(campaignId, filter)}) r`,
    );
    const n = found?.n ?? 0;
    if (n !== expected) return refuse(`It is ${count(n)} now, not ${count(expected)}. Look at them again.`);
    await tx.db
      .update(campaigns)
      .set({ state: "sending", finishedAt: null, expiresAt, stopReason: null, updatedAt: now })
      .where(mine);
    const moved = await moveBack(tx.db, campaignId, filter);
    await wakeLanes(tx.db);
    const sentence = `Tried again: ${count(moved)} ${moved === 1 ? "recipient" : "recipients"} who had ${filter.state === "uncertain" ? "an uncertain end" : filter.state}.`;
    await recordCampaignEvent(tx, campaignId, "retried", sentence);
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.retry",
      target: parts.campaign.name,
      details: { campaignId, retried: moved, ...filter },
    });
    return { ok: true, retried: moved };
  });
}

/** In the order in which lanes lock: deliveries, due, rollups. Source 0: no lane did it. Returns how many were moved. */
async function moveBack(
  db: WorkspaceCtx["db"],
  campaignId: number,
  filter: RecipientFilter,
): Promise<number> {
  const [row] = await db.execute<{ n: number }>(sql`
    with found as materialized (${retryable(campaignId, filter)}), taken as materialized (
      -- As they still are: a report, or a worker that was taken for dead, may say something else of one this very moment.
      select f.* from found f join deliveries d on d.campaign_id = ${campaignId} and d.seq = f.seq
      where d.state = f.was order by d.seq for no key update of d
    ), turns as (
      insert into due (campaign_id, seq, pool_id, bucket, class, due_at)
      select ${campaignId}, seq, pool_id, bucket, ${CLASS_CAMPAIGN}, now() from taken order by seq returning seq
    ), done as (
      -- The retry window begins anew; attempts go on counting, so that each keeps a number of its own.
      update deliveries d set state = 'w', settled_at = null, first_at = null
      from taken t join turns using (seq) where d.campaign_id = ${campaignId} and d.seq = t.seq
      returning t.bucket, t.was
    ), delta as (
      select bucket, was as state, -count(*) as n from done group by bucket, was
      union all select bucket, 'w'::"char", count(*) from done group by bucket
    ), counted as (
      insert into rollups as r (campaign_id, bucket, source_id, state, n)
      select ${campaignId}, bucket, 0, state, n from delta order by bucket, state
      on conflict (campaign_id, bucket, source_id, state) do update set n = r.n + excluded.n
    ) select count(*)::int as n from done`);
  return row?.n ?? 0;
}
