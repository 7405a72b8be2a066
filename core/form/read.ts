import { and, eq, sql } from "drizzle-orm";
import { forms } from "#db/schema/index.ts";
import { CoreError, type WorkspaceCtx } from "../platform/context.ts";

export type FormRow = {
  id: number;
  publicId: string;
  name: string;
  heading: string;
  listNames: string[];
  closedAt: Date | null;
  /** People who signed up and who confirmed through it, ever. */
  signedUp: number;
  confirmed: number;
};

/** The forms of the workspace, open ones first, with what came of them. */
export async function listForms(ctx: WorkspaceCtx, listId?: number): Promise<FormRow[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select f.id, f.public_id, f.name, f.heading, f.closed_at,
      array(select l.name from lists l where l.id = any(f.list_ids) order by l.name) as list_names,
      coalesce(e.signed_up, 0)::int as signed_up, coalesce(e.confirmed, 0)::int as confirmed
    from forms f left join (
      select form_id, count(distinct subscriber_id) filter (where kind = 'signed-up') as signed_up,
        count(distinct subscriber_id) filter (where kind = 'confirmed') as confirmed
      from consent_events where workspace_id = ${ctx.workspaceId} and form_id is not null group by form_id
    ) e on e.form_id = f.id
    where f.workspace_id = ${ctx.workspaceId} and (${listId ?? null}::int is null or ${listId ?? null}::int = any(f.list_ids))
    order by f.closed_at is not null, lower(f.name)`);
  return rows.map((row) => ({
    id: Number(row.id),
    publicId: String(row.public_id),
    name: String(row.name),
    heading: String(row.heading),
    listNames: row.list_names as string[],
    closedAt: row.closed_at ? new Date(String(row.closed_at)) : null,
    signedUp: Number(row.signed_up),
    confirmed: Number(row.confirmed),
  }));
}

/** One form of this workspace; throws not-found. */
export async function getForm(ctx: WorkspaceCtx, formId: number): Promise<typeof forms.$inferSelect> {
  const [row] = await ctx.db
    .select()
    .from(forms)
    .where(and(eq(forms.id, formId), eq(forms.workspaceId, ctx.workspaceId)));
  if (!row) throw new CoreError("not-found", "There is no such form.");
  return row;
}
