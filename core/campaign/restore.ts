import { z } from "zod";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import type { CompileBlocks } from "#core/template/types.ts";
import type { ContentInput } from "./content.ts";
import { findVersion } from "./read-versions.ts";
import { type SavedCampaign, saveCampaign } from "./save.ts";

const whole = z.coerce.number().int().positive().max(2_147_483_647);

export const RestoreVersionInput = z.object({
  campaignId: whole,
  /** What the editor knew, as for a save. */
  revision: whole,
  version: whole,
});
export type RestoreVersionInput = z.infer<typeof RestoreVersionInput>;

/** Brings an earlier subject, preview text and content back. A save like any other: what it replaces is kept. */
export async function restoreVersion(
  ctx: WorkspaceCtx,
  input: RestoreVersionInput,
  compile: CompileBlocks,
): Promise<Result<SavedCampaign>> {
  requireRole(ctx, "marketer");
  const { campaignId, revision, version } = RestoreVersionInput.parse(input);
  const found = await findVersion(ctx, { campaignId, version });
  if (!found) return refuse("This version is no longer kept. The draft is as it was.");
  const content: ContentInput =
    found.format === "html"
      ? { format: "html", html: found.html }
      : { format: "blocks", document: (found.document ?? EMPTY) as typeof EMPTY };
  return saveCampaign(
    ctx,
    { campaignId, revision, subject: found.subject, preheader: found.preheader, content },
    compile,
  );
}

/** A blank draft has no document yet. */
const EMPTY = { type: "doc" as const, content: [{ type: "paragraph" }] as unknown[] };
