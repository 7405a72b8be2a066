import type { Ctx } from "#core/platform/context.ts";
import type { Network } from "#core/source/types.ts";
import { installation } from "#db/schema/index.ts";

/** The network that the database names; the environment may say otherwise, see `effectiveNetwork`. */
export async function readNetwork(ctx: Pick<Ctx, "db">): Promise<Network> {
  const [row] = await ctx.db.select({ network: installation.network }).from(installation).limit(1);
  return row?.network ?? "sandbox";
}
