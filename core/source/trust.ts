import { and, eq, isNotNull, sql } from "drizzle-orm";
import { z } from "zod";
import { sources, sourceTests } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { readCertificate } from "./certificates.ts";

export const TrustCertificateInput = z.object({ testId: z.coerce.number().int() });
export type TrustCertificateInput = z.infer<typeof TrustCertificateInput>;

/** Pins a relay to the certificate that it showed in a test: from then on this one is believed, and no other. */
export function trustCertificate(ctx: AdminCtx, input: TrustCertificateInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [test] = await tx.db
      .select({ sourceId: sourceTests.sourceId, certificate: sourceTests.certificate })
      .from(sourceTests)
      .where(and(eq(sourceTests.id, input.testId), isNotNull(sourceTests.certificate)));
    const facts = test?.certificate ? readCertificate(test.certificate) : null;
    if (!test || !facts) return refuse("That test showed no certificate.");
    const [source] = await tx.db
      .update(sources)
      .set({ certificate: test.certificate, revision: sql`${sources.revision} + 1` })
      .where(and(eq(sources.id, test.sourceId), eq(sources.kind, "relay")))
      .returning({ name: sources.name });
    if (!source) return refuse("Only a relay is pinned to a certificate.");
    const target = `${source.name}: SHA-256 ${facts.fingerprint}`;
    await recordAudit(tx, { action: "source.trust", target, details: { sourceId: test.sourceId } });
    return { ok: true };
  });
}
