import { eq, ne } from "drizzle-orm";
import { z } from "zod";
import { installation, senderDomains } from "#db/schema/index.ts";
import { wakeLanes } from "../delivery/wake-lanes.ts";
import { forgetDomains } from "../domain/forget.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";

export const SetSendingInput = z.object({
  allowed: z.preprocess((value) => value === true || value === "true", z.boolean()),
});
export type SetSendingInput = z.infer<typeof SetSendingInput>;

/** Stops or allows all sending of the installation; system mail waits too. Asked when a lane is taken and with each claim. */
export function setSending(ctx: AdminCtx, input: SetSendingInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const stopped = input.allowed
      ? { sendingAllowed: true, sendingStoppedAt: null, sendingStoppedBy: null, restoredFrom: null }
      : {
          sendingAllowed: false,
          sendingStoppedAt: ctx.now(),
          sendingStoppedBy: tx.actor.kind === "user" ? tx.actor.userId : null,
        };
    const changed = await tx.db
      .update(installation)
      .set(stopped)
      .where(ne(installation.sendingAllowed, input.allowed))
      .returning({ id: installation.id });
    if (changed.length === 0) return { ok: true };
    await recordAudit(tx, { action: input.allowed ? "sending.allow" : "sending.stop" });
    if (input.allowed) await wakeLanes(tx.db);
    await notifyLive(tx.db, "system");
    return { ok: true };
  });
}

export const SwitchNetworkInput = z.object({
  network: z.enum(["sandbox", "internet"]),
  /** Leaving the sandbox: typed, so that nobody does it in passing. */
  confirmation: z.string().trim().default(""),
});
export type SwitchNetworkInput = z.infer<typeof SwitchNetworkInput>;

/**
 * Switches between the sandbox and the internet. Leaving the sandbox is refused while `problems` (the page's checklist,
 * checked again by the caller) holds anything, or where the environment decides.
 */
export function switchNetwork(
  ctx: AdminCtx,
  input: SwitchNetworkInput,
  facts: { locked: string | null; problems: string[] },
): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    if (facts.locked) return refuse(facts.locked);
    const [row] = await tx.db.select().from(installation).for("update");
    if (row?.network === input.network) return { ok: true };
    if (input.network === "internet") {
      if (facts.problems.length > 0) return refuse(`Not yet: ${facts.problems[0]}`);
      if (input.confirmation.toLowerCase() !== "internet") {
        return refuse("Type the word internet: from then on mail goes to real people.", {
          confirmation: "Type the word internet.",
        });
      }
    }
    await tx.db.update(installation).set({ network: input.network }).where(eq(installation.id, 1));
    // What one network's DNS said is not true in the other.
    await forgetDomains(tx.db);
    await tx.db.update(senderDomains).set({ ed25519FoundAt: null });
    await recordAudit(tx, { action: "network.switch", target: input.network });
    await notifyLive(tx.db, "system");
    return { ok: true };
  });
}
