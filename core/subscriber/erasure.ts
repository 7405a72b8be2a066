import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../platform/context.ts";
import { deriveKey } from "../platform/secrets.ts";

/** What is hashed before an address, so that a stolen table of marks cannot be tried against lists of addresses. */
export const erasurePepper = (secret: string, workspaceId: number): string =>
  `${deriveKey(secret, "erasure").toString("hex")}:${workspaceId}:`;

/** The one-way mark of an address key, as SQL. */
export const erasureMark = (secret: string, workspaceId: number, addressKey: SQL): SQL =>
  sql`sha256(convert_to(${erasurePepper(secret, workspaceId)}::text || ${addressKey}, 'UTF8'))`;

/** True where somebody with this address was erased in the workspace. */
export async function wasErased(ctx: Ctx, workspaceId: number, addressKey: string): Promise<boolean> {
  const rows = await ctx.db.execute(sql`select from erasures
    where workspace_id = ${workspaceId} and mark = ${erasureMark(ctx.settings.secret, workspaceId, sql`${addressKey}::text`)}`);
  return rows.length > 0;
}

/** Forgets the mark of an address: the person came back by themselves. */
export async function forgetErasure(ctx: Ctx, workspaceId: number, addressKey: string): Promise<void> {
  await ctx.db.execute(sql`delete from erasures
    where workspace_id = ${workspaceId} and mark = ${erasureMark(ctx.settings.secret, workspaceId, sql`${addressKey}::text`)}`);
}
