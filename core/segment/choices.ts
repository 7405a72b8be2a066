import { and, desc, eq, isNotNull } from "drizzle-orm";
import { campaigns } from "#db/schema/index.ts";
import { listAttributes } from "../attribute/read.ts";
import { listListNames } from "../list/read.ts";
import type { WorkspaceCtx } from "../platform/context.ts";
import { listTags } from "../subscriber/read.ts";

/** What a rule can be about in this workspace. */
export async function readSegmentChoices(ctx: WorkspaceCtx) {
  const [attributes, lists, tags, sent] = await Promise.all([
    listAttributes(ctx),
    listListNames(ctx),
    listTags(ctx),
    ctx.db
      .select({ id: campaigns.id, name: campaigns.name })
      .from(campaigns)
      .where(
        and(
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.kind, "campaign"),
          isNotNull(campaigns.launchedAt),
        ),
      )
      .orderBy(desc(campaigns.id))
      .limit(50),
  ]);
  return { attributes, lists, tags, campaigns: sent };
}
