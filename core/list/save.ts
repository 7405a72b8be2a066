import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { campaigns, forms, lists } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import type { CreateListInput, ListIdInput, UpdateListInput } from "./input.ts";

const TAKEN = "Another list has this name.";

/** Makes a list of this workspace. */
export function createList(ctx: WorkspaceCtx, input: CreateListInput): Promise<Result<{ listId: number }>> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    if (await nameTaken(tx, input.name, 0)) return refuse(TAKEN, { name: TAKEN });
    const [row] = await tx.db
      .insert(lists)
      .values({ ...input, workspaceId: ctx.workspaceId })
      .returning({ id: lists.id });
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action: "list.create", target: input.name });
    return { ok: true, listId: row!.id };
  });
}

/** Changes a list's name, description, opt-in and whether the preference page shows it. */
export function updateList(ctx: WorkspaceCtx, input: UpdateListInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const { listId, ...values } = input;
  return withTransaction(ctx, async (tx) => {
    if (await nameTaken(tx, input.name, listId)) return refuse(TAKEN, { name: TAKEN });
    const changed = await tx.db
      .update(lists)
      .set(values)
      .where(and(eq(lists.id, listId), eq(lists.workspaceId, ctx.workspaceId), isNull(lists.archivedAt)))
      .returning({ id: lists.id });
    if (changed.length === 0) return refuse("This list is gone.");
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action: "list.change", target: input.name });
    return { ok: true };
  });
}

/** Takes a list out of use; subscriptions and proof stay. Refused while a form or a campaign to come needs it. */
export function archiveList(ctx: WorkspaceCtx, input: ListIdInput): Promise<Result> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    const [form] = await tx.db
      .select({ name: forms.name })
      .from(forms)
      .where(
        and(
          eq(forms.workspaceId, ctx.workspaceId),
          isNull(forms.closedAt),
          sql`${input.listId} = any(${forms.listIds})`,
        ),
      )
      .limit(1);
    if (form)
      return refuse(`The form ${form.name} signs people up to this list. Close it or change it first.`);
    const [campaign] = await tx.db
      .select({ name: campaigns.name })
      .from(campaigns)
      .where(
        and(
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.state, "scheduled"),
          sql`${campaigns.audience}->'include'->'lists' @> ${String(input.listId)}::jsonb`,
        ),
      )
      .limit(1);
    if (campaign) return refuse(`The campaign ${campaign.name} is scheduled for this list.`);
    const [row] = await tx.db
      .update(lists)
      .set({ archivedAt: ctx.now() })
      .where(
        and(eq(lists.id, input.listId), eq(lists.workspaceId, ctx.workspaceId), isNull(lists.archivedAt)),
      )
      .returning({ name: lists.name });
    if (!row) return refuse("This list is gone.");
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action: "list.archive", target: row.name });
    return { ok: true };
  });
}

async function nameTaken(ctx: WorkspaceCtx, name: string, except: number): Promise<boolean> {
  const rows = await ctx.db
    .select({ id: lists.id })
    .from(lists)
    .where(
      and(
        eq(lists.workspaceId, ctx.workspaceId),
        ne(lists.id, except),
        isNull(lists.archivedAt),
        sql`lower(${lists.name}) = lower(${name})`,
      ),
    )
    .limit(1);
  return rows.length > 0;
}
