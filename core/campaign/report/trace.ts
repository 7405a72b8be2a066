import { sql } from "drizzle-orm";
import { DELIVERY_STATES, type DeliveryState, type DeliveryStateCode } from "#core/delivery/types.ts";
import { linkKeys } from "#core/mail/link-keys.ts";
import { pathTokens } from "#core/mail/links.ts";
import { bucketName } from "#core/mail/provider/bucket.ts";
import { replyShape } from "#core/mail/reply/shape.ts";
import { VERDICTS, type Verdict } from "#core/mail/reply/types.ts";
import { CoreError, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { type ConsentEvent, readConsent } from "./consent.ts";

export type Trace = {
  seq: number;
  address: string;
  subscriberId: number | null;
  state: DeliveryState;
  verdict: Verdict | null;
  code: number | null;
  /** The last that a server said. */
  reply: string | null;
  /** Why it expired before its time: "stopped by Mara". */
  stopReason: string | null;
  attempts: {
    n: number;
    at: Date;
    code: number | null;
    reply: string | null;
    verdict: Verdict | null;
    retryAt: Date | null;
  }[];
  firstAt: Date | null;
  settledAt: Date | null;
  dup: number;
  source: string | null;
  /** The address or relay that carried it. */
  sourceAddress: string | null;
  /** Whose mail servers the domain has, as frozen; null where it takes no mail. */
  provider: string | null;
  domain: string;
  list: string | null;
  launchedAt: Date | null;
  dueAt: Date | null;
  claimed: boolean;
  hits: { at: Date; kind: string; class: string; because: string; url: string | null }[];
  consent: ConsentEvent[];
  reports: { at: Date; kind: string; summary: string }[];
  /** A standing suppression of the address; `here`: it came of this mail. */
  suppression: { at: Date; reason: string; here: boolean } | null;
  /** Others of this campaign who got the same reply; counted to 1,001. */
  sameReply: number;
  /** How often replies of this shape came to the same lane in 24 hours, whatever the campaign. */
  sameShape: number;
  messageId: string;
  returnPath: string;
};

const verdictOf = (index: unknown): Verdict | null =>
  index === null || index === undefined ? null : (VERDICTS[Number(index)] ?? null);
const dateOf = (value: unknown): Date | null => (value ? new Date(String(value)) : null);

/** Everything that is known of one recipient of a campaign: why they did or did not get it. Throws not-found. */
export async function readTrace(ctx: WorkspaceCtx, campaignId: number, seq: number): Promise<Trace> {
  requireRole(ctx, "viewer");
  if (!Number.isSafeInteger(seq) || seq < 1 || seq > 2_147_483_647)
    throw new CoreError("not-found", "There is no such recipient.");
  const [row] = await ctx.db.execute<Record<string, unknown>>(sql`
    select d.*, d.state::text as state_code, s.name as source, coalesce(host(s.ip), s.host) as source_address, l.name as list, c.launched_at, c.workspace_id, sd.name as sender_domain,
      split_part(se.address, '@', 2) as from_domain, r.due_at, t.bucket, x.name as site,
      exists (select from claims k where k.campaign_id = d.campaign_id and d.seq = any(k.seqs)) as claimed
    from deliveries d join campaigns c on c.id = d.campaign_id
    left join sources s on s.id = d.source_id left join lists l on l.id = d.list_id
    left join senders se on se.id = c.sender_id left join sender_domains sd on sd.id = se.sender_domain_id
    left join due r on r.campaign_id = d.campaign_id and r.seq = d.seq
    left join streams t on t.campaign_id = d.campaign_id and d.seq between t.first_seq and t.last_seq
    left join sites x on x.id = t.bucket - 100000
    where d.campaign_id = ${campaignId} and d.seq = ${seq} and c.workspace_id = ${ctx.workspaceId} and c.kind = 'campaign'`);
  if (!row) throw new CoreError("not-found", "There is no such recipient.");
  // In our words, not a server's; closing a campaign wrote them.
  const isStopped =
    row.state_code === "e" && row.code === null && String(row.reply).startsWith("stopped by ");
  const stopReason = isStopped ? String(row.reply) : null;
  if (isStopped) {
    const [last] = await ctx.db.execute<{ code: number | null; reply: string | null }>(
      sql`select code, reply from attempts where campaign_id = ${campaignId} and seq = ${seq} order by n desc limit 1`,
    );
    row.code = last?.code ?? null;
    row.reply = last?.reply ?? null;
  }
  const subscriberId = row.subscriber_id === null ? null : Number(row.subscriber_id);
  const [attempts, hits, consent, reports, same, suppressed] = await Promise.all([
    ctx.db.execute<Record<string, unknown>>(
      sql`select * from attempts where campaign_id = ${campaignId} and seq = ${seq} order by n`,
    ),
    ctx.db.execute<Record<string, unknown>>(sql`
      select h.at, h.kind, h.class, h.because, k.url from hits h left join campaign_links k on k.campaign_id = h.campaign_id and k.n = h.link
      where h.campaign_id = ${campaignId} and h.seq = ${seq} order by h.at limit 100`),
    subscriberId === null
      ? Promise.resolve([])
      : readConsent(ctx, { subscriberId, listId: row.list_id as number | null, campaignId }),
    ctx.db.execute<Record<string, unknown>>(
      sql`select at, kind, summary from reports where campaign_id = ${campaignId} and seq = ${seq} order by id`,
    ),
    row.reply
      ? ctx.db.execute<{ n: number }>(sql`select count(*)::int as n from (
          select distinct seq from attempts where campaign_id = ${campaignId} and reply = ${row.reply as string} and seq <> ${seq} limit 1001) t`)
      : Promise.resolve([]),
    subscriberId === null
      ? Promise.resolve([])
      : ctx.db.execute<Record<string, unknown>>(sql`
          select z.created_at, z.reason, coalesce(z.campaign_id = ${campaignId} and z.seq = ${seq}, false) as here from suppressions z
          join subscribers p on p.id = ${subscriberId} and p.workspace_id = ${ctx.workspaceId} and p.address_key = z.address_key
          where z.lifted_at is null and (z.workspace_id is null or z.workspace_id = ${ctx.workspaceId}) order by here desc limit 1`),
  ]);
  const sameShape = await countShape(ctx, attempts.at(-1));
  const domain = String(row.from_domain ?? row.sender_domain ?? "");
  const ids = pathTokens(linkKeys(ctx.settings.secret), {
    workspace: Number(row.workspace_id),
    campaign: campaignId,
    seq,
    subscriber: subscriberId,
  });
  return {
    seq,
    address: String(row.address) || "erased",
    subscriberId,
    state: DELIVERY_STATES[String(row.state_code) as DeliveryStateCode],
    verdict: verdictOf(row.verdict),
    code: row.code === null ? null : Number(row.code),
    reply: row.reply === null ? null : String(row.reply),
    stopReason,
    attempts: attempts.map((one) => ({
      n: Number(one.n),
      at: new Date(String(one.at)),
      code: one.code === null ? null : Number(one.code),
      reply: one.reply === null ? null : String(one.reply),
      verdict: verdictOf(one.verdict),
      retryAt: dateOf(one.retry_at),
    })),
    firstAt: dateOf(row.first_at),
    settledAt: dateOf(row.settled_at),
    dup: Number(row.dup),
    source: row.source === null ? null : String(row.source),
    sourceAddress: row.source_address === null ? null : String(row.source_address),
    provider:
      row.bucket === null
        ? null
        : bucketName(Number(row.bucket), row.site === null ? undefined : String(row.site)),
    domain: String(row.domain),
    list: row.list === null ? null : String(row.list),
    launchedAt: dateOf(row.launched_at),
    dueAt: dateOf(row.due_at),
    claimed: Boolean(row.claimed),
    hits: hits.map((hit) => ({
      at: new Date(String(hit.at)),
      kind: String(hit.kind),
      class: String(hit.class),
      because: String(hit.because),
      url: hit.url === null ? null : String(hit.url),
    })),
    consent,
    reports: reports.map((one) => ({
      at: new Date(String(one.at)),
      kind: String(one.kind),
      summary: String(one.summary),
    })),
    suppression: suppressed[0]
      ? {
          at: new Date(String(suppressed[0].created_at)),
          reason: String(suppressed[0].reason),
          here: Boolean(suppressed[0].here),
        }
      : null,
    sameReply: same[0]?.n ?? 0,
    sameShape,
    messageId: `<${ids.messageId}@${domain}>`,
    returnPath: `${ids.returnPath}@bounces.${domain}`,
  };
}

/** How often the lane of this attempt heard replies of the same shape in the last 24 hours. */
async function countShape(ctx: WorkspaceCtx, attempt: Record<string, unknown> | undefined): Promise<number> {
  if (!attempt?.reply || attempt.source_id === null) return 0;
  const [row] = await ctx.db.execute<{ n: number }>(sql`
    select coalesce(sum(n), 0)::int as n from reply_hours where source_id = ${Number(attempt.source_id)}
      and bucket = ${Number(attempt.bucket)} and hour > now() - interval '24 hours' and shape = ${replyShape(String(attempt.reply))}`);
  return row?.n ?? 0;
}

const WHY: Record<Verdict, string> = {
  "recipient-dead": "The address does not exist any more.",
  "mailbox-full": "The mailbox is full.",
  "slow-down": "The provider asked us to send slower.",
  temporary: "The provider had trouble of its own.",
  blocked: "The provider blocked us, not the person.",
  content: "The provider refused what the mail says or carries.",
  policy: "The provider's rules refused it.",
  auth: "The provider did not accept who we say we are.",
  dns: "The domain takes no mail.",
  network: "The connection did not hold.",
  protocol: "The server and we did not understand each other.",
  uncertain: "The connection ended after the mail was handed over, and before the answer.",
};

/** The answer to "why did this person not get it?" in a sentence or two; `clock` writes a time. */
export function explainTrace(trace: Trace, clock: (at: Date) => string): string {
  const why = trace.verdict ? ` ${WHY[trace.verdict]}` : "";
  const tries = trace.attempts.length;
  switch (trace.state) {
    case "accepted":
      return `The receiving server accepted it${trace.settledAt ? ` ${clock(trace.settledAt)}` : ""}${tries > 0 ? `, after ${tries} that did not go through` : ""}.`;
    case "bounced":
      return `It bounced: the receiving server refused it for good.${why}`;
    case "deferred":
      return `It is refused for now and tried again${trace.dueAt ? ` ${clock(trace.dueAt)}` : ""}.${why}`;
    case "suppressed":
      return `It was not sent: ${trace.reply ?? "the address is suppressed"}.`;
    case "expired":
      if (trace.stopReason !== null)
        return `It expired: ${trace.stopReason} before ${tries > 0 ? "another try" : "its turn"}.`;
      return `It expired: the time for trying was over.${why}`;
    case "cancelled":
      return "It was not sent: the campaign was cancelled before its turn.";
    case "uncertain":
      return `Nobody knows: the connection broke after the last line.${tries > 1 ? "" : " We do not send again by ourselves."}`;
    default:
      return trace.claimed ? "It is being sent right now." : "It waits for its turn.";
  }
}
