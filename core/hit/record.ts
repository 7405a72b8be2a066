import { and, eq, gt, sql } from "drizzle-orm";
import { campaignLinks, campaigns, deliveries, hits, subscribers } from "#db/schema/index.ts";
import { linkKeys } from "../mail/link-keys.ts";
import { readViewToken, type TokenRecipient } from "../mail/links.ts";
import type { Ctx } from "../platform/context.ts";
import { notifyLive } from "../platform/notify.ts";
import { BURST_MS, classifyHit } from "./rules.ts";

/** Keeps an open. A forged or foreign token leaves no trace. */
export async function recordOpen(ctx: Ctx, input: { token: string; method: string }): Promise<void> {
  const recipient = readViewToken(linkKeys(ctx.settings.secret), input.token);
  if (recipient) await keep(ctx, recipient, "open", input.method, null);
}

/** Keeps a click and says where it leads; null where the link is not one of that campaign. */
export async function recordClick(
  ctx: Ctx,
  input: { token: string; n: number; method: string },
): Promise<string | null> {
  const recipient = readViewToken(linkKeys(ctx.settings.secret), input.token);
  if (!recipient || !Number.isInteger(input.n) || input.n < 0 || input.n > 32_767) return null;
  const [link] = await ctx.db
    .select({ url: campaignLinks.url })
    .from(campaignLinks)
    .innerJoin(campaigns, eq(campaigns.id, campaignLinks.campaignId))
    .where(
      and(
        eq(campaignLinks.campaignId, recipient.campaign),
        eq(campaignLinks.n, input.n),
        eq(campaigns.workspaceId, recipient.workspace),
      ),
    );
  if (!link) return null;
  await keep(ctx, recipient, "click", input.method, input.n);
  return link.url;
}

async function keep(
  ctx: Ctx,
  recipient: TokenRecipient,
  kind: "open" | "click",
  method: string,
  link: number | null,
): Promise<void> {
  const { campaign: campaignId, seq } = recipient;
  const actor = ctx.actor.kind === "subscriber" ? ctx.actor : { ip: null, userAgent: null };
  const now = ctx.now();
  const [delivery] = await ctx.db
    .select({ settledAt: deliveries.settledAt })
    .from(deliveries)
    .where(and(eq(deliveries.campaignId, campaignId), eq(deliveries.seq, seq)));
  const recent = and(
    eq(hits.campaignId, campaignId),
    eq(hits.seq, seq),
    eq(hits.kind, "click"),
    gt(hits.at, new Date(now.getTime() - BURST_MS)),
  );
  await ctx.db.transaction(async (tx) => {
    // A scanner follows its links side by side: one after the other, each sees those before it.
    await tx.execute(sql`select pg_advisory_xact_lock(${campaignId}, ${seq})`);
    const exists = await tx
      .select({ id: campaigns.id })
      .from(campaigns)
      .where(and(eq(campaigns.id, campaignId), eq(campaigns.workspaceId, recipient.workspace)));
    if (exists.length === 0) return;
    const others = kind === "click" ? await tx.select({ link: hits.link }).from(hits).where(recent) : [];
    const verdict = classifyHit({
      kind,
      method,
      ip: actor.ip,
      userAgent: actor.userAgent,
      sinceAcceptedMs: delivery?.settledAt ? now.getTime() - delivery.settledAt.getTime() : null,
      others,
      link,
    });
    await tx.insert(hits).values({
      workspaceId: recipient.workspace,
      campaignId,
      seq,
      subscriberId: recipient.subscriber,
      at: now,
      kind,
      class: verdict.class,
      because: verdict.because,
      link,
      ip: actor.ip,
      userAgent: actor.userAgent,
    });
    // The first clicks of a burst looked like a person's: they are classed anew, nothing is thrown away.
    if (kind === "click" && verdict.class === "scanner" && others.length > 0) {
      await tx
        .update(hits)
        .set({ class: "scanner", because: verdict.because })
        .where(and(recent, eq(hits.class, "human")));
    }
    if (verdict.class === "human" && recipient.subscriber !== null) {
      await tx
        .update(subscribers)
        .set(
          kind === "open"
            ? { lastOpenedAt: now }
            : {
                lastClickedAt: now,
                lastOpenedAt: sql`coalesce(${subscribers.lastOpenedAt}, ${now.toISOString()}::timestamptz)`,
              },
        )
        .where(
          and(eq(subscribers.id, recipient.subscriber), eq(subscribers.workspaceId, recipient.workspace)),
        );
    }
    await notifyLive(tx, `campaign:${campaignId}`);
  });
}
