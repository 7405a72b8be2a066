import { randomBytes } from "node:crypto";
import { and, eq, isNull } from "drizzle-orm";
import { senderDomains } from "#db/schema/index.ts";
import { generateEd25519Key } from "../mail/dkim/key.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { encryptSecret } from "../platform/secrets.ts";
import { ed25519Purpose } from "../sender/rules.ts";

/**
 * Gives a sender domain a second key, Ed25519 (RFC 8463), with a selector of its own. It signs nothing until its record
 * was found. A domain that has one keeps it.
 */
export function addEd25519(ctx: AdminCtx, input: { senderDomainId: number }): Promise<Result> {
  const { privateKeyPem, publicKeyBase64 } = generateEd25519Key();
  const { senderDomainId } = input;
  return withTransaction(ctx, async (tx) => {
    const [added] = await tx.db
      .update(senderDomains)
      .set({
        // Never used again: after a removal the record of the key before may still be in caches.
        ed25519Selector: `lm1-ed25519-${randomBytes(3).toString("hex")}`,
        ed25519PrivateKey: encryptSecret(ctx.settings.secret, ed25519Purpose(senderDomainId), privateKeyPem),
        ed25519PublicKey: publicKeyBase64,
      })
      .where(and(eq(senderDomains.id, senderDomainId), isNull(senderDomains.ed25519Selector)))
      .returning({ name: senderDomains.name });
    if (added) {
      await recordAudit(tx, { action: "sender-domain.add-ed25519", target: added.name });
      return { ok: true };
    }
    const known = await tx.db.$count(senderDomains, eq(senderDomains.id, senderDomainId));
    return known > 0 ? { ok: true } : refuse("This domain is gone.");
  });
}
