import { eq } from "drizzle-orm";
import { CoreError, type Ctx, type Result } from "#core/platform/context.ts";
import { users } from "#db/schema/index.ts";
import type { ChangeNameInput } from "./input.ts";

/** Sets what the actor is called. */
export async function changeName(ctx: Ctx, input: ChangeNameInput): Promise<Result> {
  if (ctx.actor.kind !== "user") throw new CoreError("forbidden", "Only people have names.");
  await ctx.db.update(users).set({ name: input.name }).where(eq(users.id, ctx.actor.userId));
  return { ok: true };
}
