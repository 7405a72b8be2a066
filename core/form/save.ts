import { randomBytes } from "node:crypto";
import { and, eq, inArray } from "drizzle-orm";
import { attributes, forms } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { openLists } from "../subscription/change.ts";
import type { FormIdInput, SaveFormInput } from "./input.ts";

/** Makes a form or changes one. Consent events keep the wording of their day, whatever the form says later. */
export function saveForm(ctx: WorkspaceCtx, input: SaveFormInput): Promise<Result<{ formId: number }>> {
  requireRole(ctx, "marketer");
  const { formId, ...values } = input;
  return withTransaction(ctx, async (tx) => {
    const open = await openLists(tx, ctx.workspaceId, input.listIds);
    if (open.length !== new Set(input.listIds).size) {
      return refuse("One of the lists is gone. Choose again.", { listIds: "One of the lists is gone." });
    }
    const known = input.fields.length
      ? await tx.db
          .select({ key: attributes.key })
          .from(attributes)
          .where(and(eq(attributes.workspaceId, ctx.workspaceId), inArray(attributes.key, input.fields)))
      : [];
    const fields = input.fields.filter((key) => known.some((attribute) => attribute.key === key));
    const row = { ...values, fields, updatedAt: ctx.now() };
    const [saved] = formId
      ? await tx.db
          .update(forms)
          .set(row)
          .where(and(eq(forms.id, formId), eq(forms.workspaceId, ctx.workspaceId)))
          .returning({ id: forms.id })
      : await tx.db
          .insert(forms)
          .values({ ...row, workspaceId: ctx.workspaceId, publicId: randomBytes(6).toString("hex") })
          .returning({ id: forms.id });
    if (!saved) return refuse("This form is gone.");
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action: "form.save", target: input.name });
    return { ok: true, formId: saved.id };
  });
}

/** Closes a form: its page says so and takes nobody. */
export const closeForm = (ctx: WorkspaceCtx, input: FormIdInput): Promise<Result> =>
  setClosed(ctx, input, ctx.now());

/** Opens a closed form again. */
export const openForm = (ctx: WorkspaceCtx, input: FormIdInput): Promise<Result> =>
  setClosed(ctx, input, null);

async function setClosed(ctx: WorkspaceCtx, input: FormIdInput, closedAt: Date | null): Promise<Result> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(forms)
      .set({ closedAt })
      .where(and(eq(forms.id, input.formId), eq(forms.workspaceId, ctx.workspaceId)))
      .returning({ name: forms.name });
    if (!row) return refuse("This form is gone.");
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: closedAt ? "form.close" : "form.open",
      target: row.name,
    });
    return { ok: true };
  });
}
