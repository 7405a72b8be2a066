import { asc, eq } from "drizzle-orm";
import { attributes } from "#db/schema/index.ts";
import type { WorkspaceCtx } from "../platform/context.ts";
import type { AttributeType } from "../subscriber/types.ts";

export type AttributeRow = { key: string; label: string; type: AttributeType };

/** What this workspace knows of its subscribers beside the address. */
export function listAttributes(ctx: WorkspaceCtx): Promise<AttributeRow[]> {
  return ctx.db
    .select({ key: attributes.key, label: attributes.label, type: attributes.type })
    .from(attributes)
    .where(eq(attributes.workspaceId, ctx.workspaceId))
    .orderBy(asc(attributes.label));
}
