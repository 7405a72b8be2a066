import { eq } from "drizzle-orm";
import { CoreError, type Ctx } from "#core/platform/context.ts";
import { encryptSecret } from "#core/platform/secrets.ts";
import { senderDomains, senders } from "#db/schema/index.ts";
import type { PreparedDomain } from "./prepare-domain.ts";
import { DKIM_SELECTOR, dkimPurpose } from "./rules.ts";

/** A sender and, where it is new, its sender domain with the encrypted key, in the caller's transaction. */
export async function insertSender(
  ctx: Ctx,
  input: {
    workspaceId: number;
    name: string;
    address: string;
    replyTo: string | null;
    prepared: PreparedDomain;
  },
): Promise<{ senderId: number; senderDomainId: number }> {
  const senderDomainId =
    "id" in input.prepared ? input.prepared.id : await insertDomain(ctx, input.workspaceId, input.prepared);
  const [sender] = await ctx.db
    .insert(senders)
    .values({
      workspaceId: input.workspaceId,
      senderDomainId,
      name: input.name,
      address: input.address,
      replyTo: input.replyTo,
    })
    .returning({ id: senders.id });
  return { senderId: (sender as { id: number }).id, senderDomainId };
}

async function insertDomain(
  ctx: Ctx,
  workspaceId: number,
  prepared: Extract<PreparedDomain, { key: unknown }>,
): Promise<number> {
  const [domain] = await ctx.db
    .insert(senderDomains)
    .values({
      workspaceId,
      name: prepared.name,
      dkimSelector: DKIM_SELECTOR,
      dkimPrivateKey: "",
      dkimPublicKey: prepared.key.publicKeyBase64,
    })
    .onConflictDoNothing()
    .returning({ id: senderDomains.id });
  if (!domain) throw new CoreError("conflict", "This domain was added just now. Try once more.");
  // The key is bound to the row's number, which only exists now.
  await ctx.db
    .update(senderDomains)
    .set({
      dkimPrivateKey: encryptSecret(ctx.settings.secret, dkimPurpose(domain.id), prepared.key.privateKeyPem),
    })
    .where(eq(senderDomains.id, domain.id));
  return domain.id;
}
