import type { Ctx, Result } from "#core/platform/context.ts";
import { env } from "#core/platform/env.ts";
import { effectiveNetwork } from "#core/platform/network.ts";
import { readNetwork } from "#core/workspace/read-network.ts";

/** In the sandbox no mail arrives anywhere, so the inviter gets the link; on the internet only the mail has it. */
export async function linkForInviter(
  ctx: Pick<Ctx, "db">,
  invited: Result<{ address: string; link: string }>,
): Promise<Result<{ message: string; link?: string }>> {
  if (!invited.ok) return invited;
  const { network } = effectiveNetwork(env(), { network: await readNetwork(ctx) });
  const message = `An invitation to ${invited.address} is on its way.`;
  return network === "sandbox" ? { ok: true, message, link: invited.link } : { ok: true, message };
}
