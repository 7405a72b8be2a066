import { sql } from "drizzle-orm";
import { DELIVERY_STATES, type DeliveryState, type DeliveryStateCode } from "#core/delivery/types.ts";
import { equation } from "#core/ledger/equation.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { csvLine } from "#core/platform/csv.ts";
import { hitOf, isSmallSites, type RecipientFilter, recipientSql } from "./recipient-filter.ts";

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
  requireRole(ctx, "viewer");
  const limit = page.limit ?? 50;
  try {
    const found = await ctx.db.transaction(async (tx) => {
      await tx.execute(sql`set local statement_timeout = '10s'`);
      return tx.execute<Record<string, unknown>>(sql`
        select d.seq, d.address, d.state::text as state, d.verdict, d.code, d.reply, d.attempts, d.settled_at from deliveries d
        where exists (select from campaigns c where c.id = ${campaignId} and c.workspace_id = ${ctx.workspaceId} and c.kind = 'campaign')
          and ${recipientSql(campaignId, filter)} and d.seq > ${page.after} order by d.seq limit ${limit + 1}`);
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

/**
 * How many recipients match, where rollups or few rows know it; null where only reading the ledger would tell.
 * The workspace is checked by the caller's list: a foreign campaign counts as null.
 */
export async function countRecipients(
  ctx: WorkspaceCtx,
  campaignId: number,
  filter: RecipientFilter,
): Promise<number | null> {
  requireRole(ctx, "viewer");
  const [mine] = await ctx.db.execute(sql`
    select from campaigns where id = ${campaignId} and workspace_id = ${ctx.workspaceId} and kind = 'campaign'`);
  if (!mine) return null;
  const asked = new Set(Object.entries(filter).flatMap(([key, value]) => (value === undefined ? [] : [key])));
  const only = (...keys: (keyof RecipientFilter)[]) => [...asked].every((key) => keys.some((k) => k === key));
  if (only("state", "bucket")) {
    const rows = await ctx.db.execute<{ bucket: number; state: DeliveryStateCode; n: number }>(sql`
      select bucket, state::text as state, sum(n)::int as n from rollups where campaign_id = ${campaignId} group by 1, 2`);
    const isIn = (bucket: number) =>
      filter.bucket === undefined ||
      (filter.bucket === "small" ? isSmallSites(bucket) : bucket === filter.bucket);
    const fits = (state: DeliveryState) =>
      !filter.state || state === filter.state || (filter.state === "waiting" && state === "deferred");
    return rows.reduce(
      (sum, row) => sum + (isIn(row.bucket) && fits(DELIVERY_STATES[row.state]) ? row.n : 0),
      0,
    );
  }
  if (filter.place && only("place")) {
    const sum = await equation(ctx.db, campaignId);
    return { ahead: sum.ahead, due: sum.deferred, flight: sum.inFlight }[filter.place];
  }
  const kind = hitOf(filter);
  if (kind && only("did", "link", "by", "why")) {
    const [row] = await ctx.db.execute<{ n: number }>(sql`
      select count(distinct seq)::int as n from hits where campaign_id = ${campaignId} and kind = ${kind}
        and class = ${filter.by ?? "human"} ${filter.why === undefined ? sql`` : sql`and because = ${filter.why}`} ${filter.link === undefined ? sql`` : sql`and link = ${filter.link}`}`);
    return row?.n ?? 0;
  }
  return null;
}

/** The recipients that match, as CSV, a page at a time. */
export async function* exportRecipients(
  ctx: WorkspaceCtx,
  campaignId: number,
  filter: RecipientFilter,
): AsyncGenerator<string> {
  requireRole(ctx, "viewer");
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
    // An export that is cut must not look whole: the download breaks off.
    if (page.gaveUp) throw new Error("looking through the recipients took too long");
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
