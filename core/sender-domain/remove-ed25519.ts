import { and, eq, isNotNull } from "drizzle-orm";
import { senderDomains } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import type { AdminCtx, Result } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";

/** Takes the second key away; mail goes on with the first signature. Its record may stay until what was sent has arrived. */
export function removeEd25519(ctx: AdminCtx, input: { senderDomainId: number }): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [removed] = await tx.db
      .update(senderDomains)
      .set({ ed25519Selector: null, ed25519PrivateKey: null, ed25519PublicKey: null, ed25519FoundAt: null })
      .where(and(eq(senderDomains.id, input.senderDomainId), isNotNull(senderDomains.ed25519Selector)))
      .returning({ name: senderDomains.name });
    if (removed) await recordAudit(tx, { action: "sender-domain.remove-ed25519", target: removed.name });
    return { ok: true };
  });
}
