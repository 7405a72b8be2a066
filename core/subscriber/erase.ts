import { eq, sql } from "drizzle-orm";
import { consentEvents, subscribers, suppressions } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { leaveLists } from "../subscription/change.ts";
import type { EraseSubscriberInput } from "./input.ts";
import { getSubscriber } from "./read.ts";

/**
 * Erases a person: what is known of them goes, the ledger keeps its rows without the address, and a mark stays so that no
 * import brings them back. Cannot be undone, so the address has to be typed.
 */
export function eraseSubscriber(
  ctx: WorkspaceCtx,
  input: EraseSubscriberInput,
): Promise<Result<{ redirectTo?: string }>> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    const person = await getSubscriber(tx, input.subscriberId);
    if (input.typedAddress.toLowerCase() !== person.address.toLowerCase()) {
      return refuse("This is not the address.", { typedAddress: "Type the address as it stands above." });
    }
    await leaveLists(tx, { workspaceId: ctx.workspaceId, subscriberId: person.id, source: "Erased" }, "all");
    await tx.db
      .insert(suppressions)
      .values({
        workspaceId: ctx.workspaceId,
        address: person.addressKey,
        addressKey: person.addressKey,
        reason: "manual",
        evidence: {
          source: "person",
          note: "Erased on request; kept only so that no import brings the person back.",
        },
      })
      .onConflictDoNothing();
    // Proof of consent goes too: only that and when somebody was erased stays.
    await tx.db.delete(consentEvents).where(eq(consentEvents.subscriberId, person.id));
    await tx.db.insert(consentEvents).values({
      workspaceId: ctx.workspaceId,
      subscriberId: person.id,
      kind: "erased",
      source: "Erased by hand",
    });
    await tx.db.execute(sql`update hits set ip = null, user_agent = null where subscriber_id = ${person.id}`);
    await tx.db.execute(sql`update deliveries d set address = '' from campaigns c
      where c.workspace_id = ${ctx.workspaceId} and d.campaign_id = c.id and d.subscriber_id = ${person.id}`);
    await tx.db
      .update(subscribers)
      .set({
        address: "",
        addressKey: `erased:${person.id}`,
        domain: "",
        attributes: {},
        tags: [],
        origin: "",
        erasedAt: ctx.now(),
      })
      .where(eq(subscribers.id, person.id));
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "subscriber.erase",
      target: `#${person.id}`,
    });
    return { ok: true };
  });
}
