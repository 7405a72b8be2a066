import { and, eq, isNotNull } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { notifyLive } from "#core/platform/notify.ts";
import { files, workspaces } from "#db/schema/index.ts";
import type { SaveGeneralInput, SaveTrackingInput, SetLogoInput } from "./input.ts";

/** Name, colour, postal address, time zone, the two brakes before sending, and what becomes of uncertain mails. Owners only. */
export function saveGeneral(ctx: WorkspaceCtx, input: SaveGeneralInput): Promise<Result> {
  return change(ctx, "workspace.save-general", {
    name: input.name,
    brandColor: input.brandColor,
    postalAddress: input.postalAddress,
    timeZone: input.timeZone,
    takeBackSeconds: input.takeBackSeconds,
    typeNumberAbove: input.typeNumberAbove,
    repeatUncertain: input.repeatUncertain,
  });
}

/** Whether new campaigns count opens and clicks. Owners only. */
export function saveTracking(ctx: WorkspaceCtx, input: SaveTrackingInput): Promise<Result> {
  return change(ctx, "workspace.save-tracking", {
    trackOpens: input.trackOpens,
    trackClicks: input.trackClicks,
  });
}

/** Sets an uploaded image of the workspace as its logo, or none. Owners only. */
export async function setLogo(ctx: WorkspaceCtx, input: SetLogoInput): Promise<Result> {
  requireRole(ctx, "owner");
  if (input.fileId !== null) {
    const [image] = await ctx.db
      .select({ id: files.id })
      .from(files)
      .where(
        and(
          eq(files.id, input.fileId),
          eq(files.workspaceId, ctx.workspaceId),
          eq(files.kind, "image"),
          isNotNull(files.width),
        ),
      );
    if (!image) return refuse("There is no such image in this workspace.");
  }
  return change(ctx, "workspace.set-logo", { logoFileId: input.fileId });
}

async function change(
  ctx: WorkspaceCtx,
  action: string,
  values: Partial<typeof workspaces.$inferInsert>,
): Promise<Result> {
  requireRole(ctx, "owner");
  return withTransaction(ctx, async (ctx) => {
    await ctx.db.update(workspaces).set(values).where(eq(workspaces.id, ctx.workspaceId));
    await recordAudit(ctx, { workspaceId: ctx.workspaceId, action, details: values });
    await notifyLive(ctx.db, `workspace:${ctx.workspaceId}`);
    return { ok: true as const };
  });
}
