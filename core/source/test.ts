import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { senders, sources, sourceTests } from "#db/schema/index.ts";
import { parseAddress } from "../mail/address.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Ctx, type Result, refuse } from "../platform/context.ts";
import { enqueue } from "../platform/jobs.ts";
import { notifyLive } from "../platform/notify.ts";

export const RequestSourceTestInput = z.object({
  sourceId: z.coerce.number().int(),
  recipient: z.string().trim().max(254),
});
export type RequestSourceTestInput = z.infer<typeof RequestSourceTestInput>;

export type SourceTestRow = typeof sourceTests.$inferSelect;

/** Asks a worker for one SMTP conversation over a source. */
export function requestSourceTest(
  ctx: AdminCtx,
  input: RequestSourceTestInput,
): Promise<Result<{ testId: number }>> {
  const parsed = parseAddress(input.recipient);
  if (!parsed.ok)
    return Promise.resolve(
      refuse("This is not an e-mail address.", { recipient: "This is not an e-mail address." }),
    );
  return ctx.db.transaction(async (tx) => {
    const [source] = await tx
      .select({ id: sources.id, name: sources.name })
      .from(sources)
      .where(and(eq(sources.id, input.sourceId), isNull(sources.removedAt)));
    if (!source) return refuse("This source is gone.");
    const [row] = await tx
      .insert(sourceTests)
      .values({
        sourceId: source.id,
        recipient: `${parsed.local}@${parsed.domain}`,
        requestedBy: ctx.actor.kind === "user" ? ctx.actor.userId : null,
      })
      .returning({ id: sourceTests.id });
    await recordAudit({ ...ctx, db: tx }, { action: "source.test", target: source.name });
    await enqueue(tx, "test-source", { testId: row!.id }, { maxAttempts: 1 });
    return { ok: true as const, testId: row!.id };
  });
}

/** The last five tests of a source. */
export function listSourceTests(ctx: AdminCtx, sourceId: number): Promise<SourceTestRow[]> {
  return ctx.db
    .select()
    .from(sourceTests)
    .where(eq(sourceTests.sourceId, sourceId))
    .orderBy(desc(sourceTests.id))
    .limit(5);
}

/** What a worker needs of a test that was not held yet. */
export async function readSourceTest(
  ctx: Ctx,
  testId: number,
): Promise<{ id: number; sourceId: number; from: string; to: string } | null> {
  const [row] = await ctx.db
    .select()
    .from(sourceTests)
    .where(and(eq(sourceTests.id, testId), isNull(sourceTests.finishedAt)));
  if (!row) return null;
  const [sender] = await ctx.db
    .select({ address: senders.address })
    .from(senders)
    .where(isNull(senders.removedAt))
    .orderBy(senders.id)
    .limit(1);
  return {
    id: row.id,
    sourceId: row.sourceId,
    to: row.recipient,
    from: sender?.address ?? "postmaster@localhost.localdomain",
  };
}

export async function appendSourceTest(ctx: Ctx, testId: number, text: string): Promise<void> {
  await ctx.db
    .update(sourceTests)
    .set({ transcript: sql`${sourceTests.transcript} || ${text}` })
    .where(eq(sourceTests.id, testId));
  await notifyLive(ctx.db, "lanes");
}

export async function finishSourceTest(
  ctx: Ctx,
  testId: number,
  outcome: { ok: boolean; result: string; certificate?: string },
): Promise<void> {
  await ctx.db
    .update(sourceTests)
    .set({ ...outcome, finishedAt: ctx.now() })
    .where(eq(sourceTests.id, testId));
  await notifyLive(ctx.db, "lanes");
}
