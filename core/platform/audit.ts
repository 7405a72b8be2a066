import { auditEvents } from "#db/schema/index.ts";
import type { Ctx } from "./context.ts";

/** Writes who changed what, in the caller's transaction. `action` is `noun.verb`, `target` names the thing for people. */
export async function recordAudit(
  ctx: Pick<Ctx, "db" | "actor">,
  event: { workspaceId?: number; action: string; target?: string; details?: Record<string, unknown> },
): Promise<void> {
  const { actor } = ctx;
  await ctx.db.insert(auditEvents).values({
    workspaceId: event.workspaceId ?? null,
    userId: actor.kind === "user" ? actor.userId : null,
    ip: actor.kind === "system" ? null : actor.ip,
    action: event.action,
    target: event.target ?? "",
    details: event.details ?? {},
  });
}
