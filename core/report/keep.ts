import { createHash } from "node:crypto";
import { reports } from "#db/schema/index.ts";
import type { Ctx } from "../platform/context.ts";
import { enqueue } from "../platform/jobs.ts";

/**
 * Keeps a message that came back, before the sender is told that we have it, and asks a worker to read it.
 * The same message to the same address twice is kept once.
 */
export async function keepReport(
  ctx: Ctx,
  message: { rcptTo: string; remoteIp: string | null; raw: Buffer },
): Promise<{ reportId: number | null }> {
  const digest = createHash("sha256")
    .update(message.rcptTo.toLowerCase())
    .update("\0")
    .update(message.raw)
    .digest("hex");
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(reports)
      .values({
        kind: "unread",
        rcptTo: message.rcptTo,
        remoteIp: message.remoteIp,
        raw: message.raw,
        digest,
      })
      .onConflictDoNothing()
      .returning({ id: reports.id });
    if (row) await enqueue(tx, "take-report", { reportId: row.id });
    return { reportId: row?.id ?? null };
  });
}
