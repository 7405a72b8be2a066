import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { DELIVERY_STATES, type DeliveryState, type DeliveryStateCode } from "#core/delivery/types.ts";
import { HIT_CLASSES } from "#core/hit/types.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";

const CODES = Object.fromEntries(
  Object.entries(DELIVERY_STATES).map(([code, state]) => [state, code]),
) as Record<DeliveryState, DeliveryStateCode>;
export const STATES = Object.values(DELIVERY_STATES);
export const DEEDS = ["opened", "clicked", "unsubscribed", "complained"] as const;
/** Where a waiting row stands: ahead of a cursor, with a turn of its own, or with a lane. */
export const PLACES = ["ahead", "due", "flight"] as const;

/** Buckets of small sites, which the report sums up in one row. */
export const isSmallSites = (bucket: number): boolean => bucket >= 1000 && bucket < 100_000;

const whole = z.coerce.number().int().nonnegative().max(2_147_483_647).optional().catch(undefined);
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values).optional().catch(undefined);

/** The filter of the recipients' table as it stands in the address. What makes no sense is as if it were not there. */
export const RecipientFilter = z.object({
  state: oneOf(STATES as [DeliveryState, ...DeliveryState[]]),
  place: oneOf(PLACES),
  bucket: z
    .union([z.literal("small"), z.coerce.number().int().nonnegative().max(2_147_483_647)])
    .optional()
    .catch(undefined),
  verdict: oneOf(VERDICTS),
  did: oneOf(DEEDS),
  /** Whose opens and clicks; people's, unless said. */
  by: oneOf(HIT_CLASSES),
  /** By which rule they were classed. */
  why: z.string().min(1).max(400).optional().catch(undefined),
  link: whole,
  /** Those who got the same reply as this recipient. */
  same: whole,
  q: z.string().trim().min(1).max(254).optional().catch(undefined),
});
export type RecipientFilter = z.infer<typeof RecipientFilter>;

/** Whether an open or a click is asked for, and which. */
export function hitOf(filter: RecipientFilter): "open" | "click" | null {
  if (filter.did === "opened") return "open";
  return filter.did === "clicked" || filter.link !== undefined ? "click" : null;
}

const streamsOf = (more: SQL): SQL =>
  sql`exists (select from streams t where t.campaign_id = d.campaign_id and d.seq between t.first_seq and t.last_seq and ${more})`;

const PLACE_SQL: Record<(typeof PLACES)[number], SQL> = {
  ahead: streamsOf(sql`d.seq >= t.next_seq`),
  due: sql`exists (select from due r where r.campaign_id = d.campaign_id and r.seq = d.seq)`,
  flight: sql`d.state in ('w', 'd') and exists (select from claims k where k.campaign_id = d.campaign_id and d.seq = any(k.seqs))
    and not exists (select from due r where r.campaign_id = d.campaign_id and r.seq = d.seq)`,
};

/** The filter as a condition on `deliveries d`. */
export function recipientSql(campaignId: number, filter: RecipientFilter): SQL {
  const parts: SQL[] = [sql`d.campaign_id = ${campaignId}`];
  // "waiting" in the equation is everybody whose end is not known: waiting for the first try, or for the next.
  if (filter.state)
    parts.push(
      filter.state === "waiting" ? sql`d.state in ('w', 'd')` : sql`d.state = ${CODES[filter.state]}::"char"`,
    );
  if (filter.place) parts.push(PLACE_SQL[filter.place]);
  if (filter.verdict) parts.push(sql`d.verdict = ${VERDICTS.indexOf(filter.verdict)}`);
  if (filter.q)
    parts.push(sql`lower(d.address) like ${`%${filter.q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`}`);
  if (filter.bucket === 0) parts.push(sql`not ${streamsOf(sql`true`)}`);
  else if (filter.bucket === "small") parts.push(streamsOf(sql`t.bucket between 1000 and 99999`));
  else if (filter.bucket !== undefined) parts.push(streamsOf(sql`t.bucket = ${filter.bucket}`));
  const kind = hitOf(filter);
  if (kind) {
    parts.push(sql`exists (select from hits h where h.campaign_id = d.campaign_id and h.seq = d.seq
      and h.class = ${filter.by ?? "human"} and h.kind = ${kind}
      ${filter.why === undefined ? sql`` : sql`and h.because = ${filter.why}`}
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
  if (filter.same !== undefined)
    parts.push(sql`d.seq in (select a.seq from attempts a where a.campaign_id = ${campaignId}
      and a.reply = (select reply from deliveries where campaign_id = ${campaignId} and seq = ${filter.same}))`);
  return sql.join(parts, sql` and `);
}
