import { eq } from "drizzle-orm";
import { type DkimKey, generateDkimKey } from "#core/mail/dkim/key.ts";
import { type Ctx, type Refusal, refuse } from "#core/platform/context.ts";
import { senderDomains } from "#db/schema/index.ts";
import { isForeignDomain } from "./rules.ts";

/** A sender domain that exists, or a key for one that will. */
export type PreparedDomain = { ok: true; name: string } & ({ id: number } | { key: DkimKey });

/**
 * Looks whether a workspace may send from a domain, and makes a key where the domain is new; before the transaction,
 * because a key takes a while. `workspaceId` null: a workspace that does not exist yet.
 */
export async function prepareDomain(
  ctx: Pick<Ctx, "db">,
  input: { workspaceId: number | null; domain: string },
): Promise<PreparedDomain | Refusal> {
  if (isForeignDomain(input.domain)) {
    return refuse(
      `Mail from ${input.domain} can only be signed by those who run it. Use a domain of your own; replies may still go to any address.`,
    );
  }
  const [known] = await ctx.db
    .select({ id: senderDomains.id, workspaceId: senderDomains.workspaceId })
    .from(senderDomains)
    .where(eq(senderDomains.name, input.domain));
  if (!known) return { ok: true, name: input.domain, key: await generateDkimKey() };
  if (known.workspaceId !== null && known.workspaceId !== input.workspaceId) {
    return refuse(`${input.domain} belongs to another workspace here.`);
  }
  return { ok: true, name: input.domain, id: known.id };
}
