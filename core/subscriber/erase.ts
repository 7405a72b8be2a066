import { sql } from "drizzle-orm";
import { recordAudit } from "../platform/audit.ts";
import { type Ctx, type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { erasureMark } from "./erasure.ts";
import type { EraseSubscriberInput } from "./input.ts";
import { getSubscriber } from "./read.ts";

/**
 * Erases a person: what is known of them goes, the ledger keeps its rows without the address, and a one-way mark stays so
 * that no import brings them back. Cannot be undone, so the address has to be typed.
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
    await erasePeople(tx, ctx.workspaceId, [person.id]);
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "subscriber.erase",
      target: `#${person.id}`,
    });
    return { ok: true };
  });
}

/** Erases people of a workspace, in the caller's transaction. Twice changes nothing. */
export async function erasePeople(ctx: Ctx, workspaceId: number, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  const at = ctx.now().toISOString();
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : null;
  const rows = await ctx.db.execute<{ id: string }>(sql`
    with found as (
      select s.id, s.address_key from subscribers s
      where s.workspace_id = ${workspaceId} and s.erased_at is null
        and s.id in (select x::bigint from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) x) for update
    ), marked as (
      insert into erasures (workspace_id, mark, at)
      select ${workspaceId}::int, ${erasureMark(ctx.settings.secret, workspaceId, sql`address_key`)}, ${at}::timestamptz from found
      on conflict do nothing
    ) select id from found`);
  const found = rows.map((row) => Number(row.id));
  if (found.length === 0) return;
  const these = sql`(select x::bigint from jsonb_array_elements_text(${JSON.stringify(found)}::jsonb) x)`;
  await ctx.db.execute(sql`update subscriptions set status = 'unsubscribed', unsubscribed_at = ${at}::timestamptz
    where subscriber_id in ${these} and status <> 'unsubscribed'`);
  // Proof of consent goes too: only that and when somebody was erased stays.
  await ctx.db.execute(sql`delete from consent_events where subscriber_id in ${these}`);
  await ctx.db.execute(sql`insert into consent_events (workspace_id, subscriber_id, at, kind, source, user_id)
    select ${workspaceId}::int, x, ${at}::timestamptz, 'erased', 'Erased by hand', ${userId}::int from ${these} as t(x)`);
  await ctx.db.execute(sql`update hits set ip = null, user_agent = null where subscriber_id in ${these}`);
  await ctx.db.execute(sql`update deliveries d set address = '' from campaigns c
    where c.workspace_id = ${workspaceId} and d.campaign_id = c.id and d.subscriber_id in ${these}`);
  // System mail that is on its way keeps its address until it has an outcome; its text holds links and goes at once after.
  await ctx.db.execute(sql`
    with over as (
      update deliveries d set address = '' from system_mails m
      where m.subscriber_id in ${these} and d.campaign_id = m.campaign_id and d.seq = m.seq and d.state not in ('w', 'd')
      returning d.campaign_id, d.seq
    ) update system_mails m set html = '', text = '' from over o where m.campaign_id = o.campaign_id and m.seq = o.seq`);
  // What a workspace decided about them goes with them; a dead address is a fact of the whole installation.
  await ctx.db.execute(sql`delete from suppressions z using subscribers s
    where s.id in ${these} and z.address_key = s.address_key and z.workspace_id = ${workspaceId}`);
  await ctx.db.execute(sql`
    update subscribers set address = '', address_key = 'erased:' || id, domain = '', attributes = '{}', tags = '{}', origin = '',
      import_id = null, form_id = null, erased_at = ${at}::timestamptz
    where id in ${these}`);
}
