import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { DELIVERY_STATES, type DeliveryState, type DeliveryStateCode } from "#core/delivery/types.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";
import type { WorkspaceCtx } from "#core/platform/context.ts";
import { csvLine } from "#core/platform/csv.ts";

const CODES = Object.fromEntries(
  Object.entries(DELIVERY_STATES).map(([code, state]) => [state, code]),
) as Record<DeliveryState, DeliveryStateCode>;
export const STATES = Object.values(DELIVERY_STATES);

const whole = z.coerce.number().int().nonnegative().optional().catch(undefined);

/** The filter of the recipients' table as it stands in the address. */
export const RecipientFilter = z.object({
  state: z
    .enum(STATES as [DeliveryState, ...DeliveryState[]])
    .optional()
    .catch(undefined),
  bucket: whole,
  verdict: z.enum(VERDICTS).optional().catch(undefined),
  did: z.enum(["opened", "clicked", "unsubscribed", "complained"]).optional().catch(undefined),
  link: whole,
  q: z.string().trim().min(1).max(254).optional().catch(undefined),
});
export type RecipientFilter = z.infer<typeof RecipientFilter>;

export type RecipientRow = {
  seq: number;
  address: string;
  state: DeliveryState;
  verdict: string | null;
  code: number | null;
  reply: string | null;
  attempts: number;
  settledAt: Date | null;
};

function where(campaignId: number, filter: RecipientFilter): SQL {
  const parts: SQL[] = [sql`d.campaign_id = ${campaignId}`];
  // "waiting" in the equation is everybody whose end is not known: waiting for the first try, or for the next.
  if (filter.state)
    parts.push(
      filter.state === "waiting" ? sql`d.state in ('w', 'd')` : sql`d.state = ${CODES[filter.state]}::"char"`,
    );
  if (filter.verdict) parts.push(sql`d.verdict = ${VERDICTS.indexOf(filter.verdict)}`);
  if (filter.q)
    parts.push(sql`lower(d.address) like ${`%${filter.q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`}`);
  if (filter.bucket !== undefined) {
    parts.push(
      filter.bucket === 0
        ? sql`not exists (select from streams t where t.campaign_id = d.campaign_id and d.seq between t.first_seq and t.last_seq)`
        : sql`exists (select from streams t where t.campaign_id = d.campaign_id and t.bucket = ${filter.bucket} and d.seq between t.first_seq and t.last_seq)`,
    );
  }
  if (filter.did === "opened" || filter.did === "clicked" || filter.link !== undefined) {
    const kind = filter.did === "opened" ? sql`'open'` : sql`'click'`;
    parts.push(sql`exists (select from hits h where h.campaign_id = d.campaign_id and h.seq = d.seq and h.class = 'human' and h.kind = ${kind}
      ${filter.link === undefined ? sql`` : sql`and h.link = ${filter.link}`})`);
  }
  if (filter.did === "unsubscribed") {
    parts.push(
      sql`exists (select from consent_events e where e.subscriber_id = d.subscriber_id and e.campaign_id = d.campaign_id and e.kind = 'unsubscribed' and e.source <> 'Complaint')`,
    );
  }
  if (filter.did === "complained")
    parts.push(
      sql`exists (select from reports r where r.campaign_id = d.campaign_id and r.seq = d.seq and r.kind = 'complaint')`,
    );
  return sql.join(parts, sql` and `);
}

/**
 * Recipients of a campaign in the order of sending, `limit` after `after`. The ledger has no index on state, so a rare
 * state is looked for along the key; after 10 s it gives up with what it says, rather than holding the page.
 */
export async function listRecipients(
  ctx: WorkspaceCtx,
  campaignId: number,
  filter: RecipientFilter,
  page: { after: number; limit?: number },
): Promise<{ rows: RecipientRow[]; next: number | null; gaveUp: boolean }> {
  const limit = page.limit ?? 50;
  try {
    const found = await ctx.db.transaction(async (tx) => {
      await tx.execute(sql`set local statement_timeout = '10s'`);
      return tx.execute<Record<string, unknown>>(sql`
        select d.seq, d.address, d.state::text as state, d.verdict, d.code, d.reply, d.attempts, d.settled_at from deliveries d
        where exists (select from campaigns c where c.id = ${campaignId} and c.workspace_id = ${ctx.workspaceId} and c.kind = 'campaign')
          and ${where(campaignId, filter)} and d.seq > ${page.after} order by d.seq limit ${limit + 1}`);
    });
    const rows = found.slice(0, limit).map(toRow);
    return { rows, next: found.length > limit ? (rows.at(-1)?.seq ?? null) : null, gaveUp: false };
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code;
    if (code === "57014") return { rows: [], next: null, gaveUp: true };
    throw error;
  }
}

const toRow = (row: Record<string, unknown>): RecipientRow => ({
  seq: Number(row.seq),
  address: String(row.address) || "erased",
  state: DELIVERY_STATES[String(row.state) as DeliveryStateCode],
  verdict: row.verdict === null ? null : (VERDICTS[Number(row.verdict)] ?? null),
  code: row.code === null ? null : Number(row.code),
  reply: row.reply === null ? null : String(row.reply),
  attempts: Number(row.attempts),
  settledAt: row.settled_at === null ? null : new Date(String(row.settled_at)),
});

/** The recipients that match, as CSV, a page at a time. */
export async function* exportRecipients(
  ctx: WorkspaceCtx,
  campaignId: number,
  filter: RecipientFilter,
): AsyncGenerator<string> {
  yield csvLine(["address", "state", "verdict", "code", "reply", "attempts", "settled_at"]);
  for (let after = 0; ; ) {
    const page = await listRecipients(ctx, campaignId, filter, { after, limit: 2000 });
    for (const row of page.rows) {
      yield csvLine([
        row.address,
        row.state,
        row.verdict,
        row.code,
        row.reply,
        row.attempts,
        row.settledAt?.toISOString() ?? null,
      ]);
    }
    if (page.next === null) return;
    after = page.next;
  }
}

/** The ledger row of a subscriber in a campaign; null where they were not in the audience. */
export async function findSeq(
  ctx: WorkspaceCtx,
  campaignId: number,
  subscriberId: number,
): Promise<number | null> {
  const [row] = await ctx.db.execute<{ seq: number }>(sql`
    select d.seq from deliveries d join campaigns c on c.id = d.campaign_id and c.workspace_id = ${ctx.workspaceId}
    where d.campaign_id = ${campaignId} and d.subscriber_id = ${subscriberId}`);
  return row?.seq ?? null;
}
