import { and, eq, sql } from "drizzle-orm";
import type { Ctx } from "#core/platform/context.ts";
import { bulkActs, campaigns, imports, memberships } from "#db/schema/index.ts";

/** True where a person may hear that something behind a live topic changed. */
export async function mayListen(
  ctx: Pick<Ctx, "db">,
  input: { userId: number; isAdministrator: boolean; topic: string },
): Promise<boolean> {
  if (input.topic === "lanes" || input.topic === "sandbox" || input.topic === "system") {
    return input.isAdministrator;
  }
  const match = /^(bulk|campaign|import|workspace):([1-9]\d{0,8})$/.exec(input.topic);
  if (!match) return false;
  const id = Number(match[2]);
  const workspaceOf = {
    workspace: sql`${id}`,
    campaign: sql`(select ${campaigns.workspaceId} from ${campaigns} where ${campaigns.id} = ${id})`,
    bulk: sql`(select ${bulkActs.workspaceId} from ${bulkActs} where ${bulkActs.id} = ${id})`,
    import: sql`(select ${imports.workspaceId} from ${imports} where ${imports.id} = ${id})`,
  }[match[1] as "workspace" | "campaign" | "import" | "bulk"];
  const found = await ctx.db
    .select({ one: sql`1` })
    .from(memberships)
    .where(and(eq(memberships.userId, input.userId), sql`${memberships.workspaceId} = ${workspaceOf}`));
  return found.length > 0;
}
