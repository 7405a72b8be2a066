import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { parseOwnAddress } from "#core/mail/address.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { notifyLive } from "#core/platform/notify.ts";
import type { CompileBlocks } from "#core/template/types.ts";
import { campaigns, lists, segments, senders, users, workspaces } from "#db/schema/index.ts";
import { ContentInput, prepareContent, type StoredContent } from "./content.ts";
import { AudienceInput } from "./count-audience.ts";
import { keepVersion } from "./keep-version.ts";
import type { CampaignAudience } from "./types.ts";

const line = (limit: number) =>
  z
    .string()
    .max(limit, `Use ${limit} characters at most.`)
    .transform((text) => text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " "));

export const SaveCampaignInput = z.object({
  campaignId: z.coerce.number().int().positive(),
  /** What the editor knew; when somebody saved since, nothing is written and both versions are shown. */
  revision: z.number().int().positive(),
  name: line(120).optional(),
  subject: line(500).optional(),
  preheader: line(500).optional(),
  senderId: z.number().int().positive().nullable().optional(),
  replyTo: z.string().trim().max(320).nullable().optional(),
  audience: AudienceInput.optional(),
  trackOpens: z.boolean().optional(),
  trackClicks: z.boolean().optional(),
  expireAfterHours: z
    .number("Give a number of hours.")
    .int("Give whole hours.")
    .min(1, "1 hour or more.")
    .max(720, "720 hours at most.")
    .optional(),
  content: ContentInput.optional(),
});
export type SaveCampaignInput = z.infer<typeof SaveCampaignInput>;

/** Someone else's version, for "See what differs, or keep yours." */
export type OtherVersion = {
  revision: number;
  by: string | null;
  /** Another tab of the same person. */
  isOwn: boolean;
  at: string;
  subject: string;
  html: string;
  text: string;
  /** What was to be saved, in the same words; null where that did not change. */
  mine: { subject: string | null; text: string | null };
};

export type SavedCampaign =
  | { outcome: "saved"; revision: number; savedAt: string; html: string; text: string }
  | { outcome: "changed-by-another"; theirs: OtherVersion };

/** Saves what was changed of a draft, if nobody else saved since `revision`; never over what somebody else wrote. */
export async function saveCampaign(
  ctx: WorkspaceCtx,
  input: SaveCampaignInput,
  compile: CompileBlocks,
): Promise<Result<SavedCampaign>> {
  requireRole(ctx, "marketer");
  const { campaignId, revision, content, name, replyTo, ...rest } = SaveCampaignInput.parse(input);
  if (replyTo && !parseOwnAddress(replyTo).ok) {
    return refuse("Replies cannot go to this address.", { replyTo: "This is not an e-mail address." });
  }
  let stored: StoredContent | undefined;
  if (content) {
    const [workspace] = await ctx.db
      .select({ brandColor: workspaces.brandColor })
      .from(workspaces)
      .where(eq(workspaces.id, ctx.workspaceId));
    const prepared = await prepareContent(
      content,
      { brandColor: workspace?.brandColor ?? "#1b1f2a", language: "en" },
      compile,
    );
    if (!prepared.ok) return prepared;
    const { ok: _, ...kept } = prepared;
    stored = kept;
  }
  return withTransaction(ctx, async (tx) => {
    const foreign = await findForeign(tx, rest.senderId ?? null, rest.audience);
    if (foreign) return refuse(foreign);
    await keepVersion(
      tx.db,
      { id: campaignId, workspaceId: ctx.workspaceId, revision },
      { subject: rest.subject, preheader: rest.preheader, content: stored },
      ctx.now(),
    );
    const [saved] = await tx.db
      .update(campaigns)
      .set({
        ...rest,
        ...stored,
        ...(name?.trim() && { name: name.trim() }),
        ...(replyTo !== undefined && { replyTo: replyTo || null }),
        revision: sql`${campaigns.revision} + 1`,
        updatedAt: ctx.now(),
        updatedBy: ctx.actor.kind === "user" ? ctx.actor.userId : null,
      })
      .where(
        and(
          eq(campaigns.id, campaignId),
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.kind, "campaign"),
          eq(campaigns.state, "draft"),
          eq(campaigns.revision, revision),
        ),
      )
      .returning({
        revision: campaigns.revision,
        savedAt: campaigns.updatedAt,
        html: campaigns.html,
        text: campaigns.text,
      });
    if (!saved) return readOther(tx, campaignId, { subject: rest.subject, text: stored?.text });
    await notifyLive(tx.db, `campaign:${campaignId}`);
    return { ok: true, outcome: "saved", ...saved, savedAt: saved.savedAt.toISOString() };
  });
}

async function readOther(
  ctx: WorkspaceCtx,
  campaignId: number,
  mine: { subject: string | undefined; text: string | undefined },
): Promise<Result<SavedCampaign>> {
  const [now] = await ctx.db
    .select({
      state: campaigns.state,
      revision: campaigns.revision,
      at: campaigns.updatedAt,
      by: users.name,
      byId: campaigns.updatedBy,
      subject: campaigns.subject,
      html: campaigns.html,
      text: campaigns.text,
    })
    .from(campaigns)
    .leftJoin(users, eq(users.id, campaigns.updatedBy))
    .where(
      and(
        eq(campaigns.id, campaignId),
        eq(campaigns.workspaceId, ctx.workspaceId),
        eq(campaigns.kind, "campaign"),
      ),
    );
  if (!now) return refuse("There is no such campaign. It may have been deleted.");
  const { state, byId, ...theirs } = now;
  if (state === "scheduled") return refuse("It is scheduled. Take it back before you change it.");
  if (state !== "draft") return refuse("It was sent, so it can no longer be changed.");
  return {
    ok: true,
    outcome: "changed-by-another",
    theirs: {
      ...theirs,
      isOwn: ctx.actor.kind === "user" && byId === ctx.actor.userId,
      at: theirs.at.toISOString(),
      mine: { subject: mine.subject ?? null, text: mine.text ?? null },
    },
  };
}

/** Says what of a save belongs to another workspace, or is gone. */
async function findForeign(
  ctx: WorkspaceCtx,
  senderId: number | null,
  audience: CampaignAudience | undefined,
): Promise<string | null> {
  if (senderId !== null) {
    const [sender] = await ctx.db
      .select({ id: senders.id })
      .from(senders)
      .where(
        and(eq(senders.id, senderId), eq(senders.workspaceId, ctx.workspaceId), isNull(senders.removedAt)),
      );
    if (!sender) return "This sender was removed. Choose another one.";
  }
  const of = (side: "lists" | "segments") => [
    ...new Set([...(audience?.include[side] ?? []), ...(audience?.exclude[side] ?? [])]),
  ];
  for (const [table, ids, sentence] of [
    [lists, of("lists"), "A chosen list is gone."],
    [segments, of("segments"), "A chosen segment is gone."],
  ] as const) {
    if (ids.length === 0) continue;
    const known = await ctx.db.$count(
      table,
      and(inArray(table.id, ids), eq(table.workspaceId, ctx.workspaceId)),
    );
    if (known !== ids.length) return sentence;
  }
  return null;
}
