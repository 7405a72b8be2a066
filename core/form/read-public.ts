import { and, asc, eq, inArray } from "drizzle-orm";
import { attributes, lists } from "#db/schema/index.ts";
import type { Ctx } from "../platform/context.ts";
import { findPublicWorkspace, type PublicWorkspace } from "../subscription/read-token.ts";
import { findOpenForm } from "./sign-up.ts";

export type PublicForm = {
  publicId: string;
  heading: string;
  promise: string;
  wording: string;
  buttonLabel: string;
  lists: { name: string; description: string }[];
  fields: { key: string; label: string; type: "text" | "number" | "date" | "boolean" }[];
  workspace: PublicWorkspace;
};

/** What the hosted sign-up page shows; null where the form is closed or never was. */
export async function readPublicForm(ctx: Ctx, publicId: string): Promise<PublicForm | null> {
  const form = await findOpenForm(ctx, publicId);
  const workspace = form && (await findPublicWorkspace(ctx, form.workspaceId));
  if (!form || !workspace) return null;
  const named = await ctx.db
    .select({ name: lists.name, description: lists.description })
    .from(lists)
    .where(and(eq(lists.workspaceId, workspace.id), inArray(lists.id, form.listIds)))
    .orderBy(asc(lists.name));
  const known = form.fields.length
    ? await ctx.db
        .select({ key: attributes.key, label: attributes.label, type: attributes.type })
        .from(attributes)
        .where(and(eq(attributes.workspaceId, workspace.id), inArray(attributes.key, form.fields)))
    : [];
  const fields = form.fields.flatMap((key) => known.filter((attribute) => attribute.key === key));
  const { heading, promise, wording, buttonLabel } = form;
  return { publicId, heading, promise, wording, buttonLabel, lists: named, fields, workspace };
}
