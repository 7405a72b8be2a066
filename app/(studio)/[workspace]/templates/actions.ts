"use server";

import { redirect } from "next/navigation";
import { workspaceAction } from "#app/_server/action.ts";
import { compileBlocks } from "#app/_server/compile-blocks.ts";
import { createTemplate } from "#core/template/create.ts";
import { CreateTemplateInput, TemplateInput } from "#core/template/input.ts";
import { removeTemplate } from "#core/template/remove.ts";

const create = workspaceAction("marketer", CreateTemplateInput, (ctx, input) =>
  createTemplate(ctx, input, compileBlocks),
);

/** Makes a template and opens it. */
export async function createTemplateAndOpen(slug: string, form: FormData) {
  const result = await create(slug, form);
  if (result.ok) redirect(`/${slug}/templates/${result.templateId}`);
  return result;
}

export const removeTemplateAction = workspaceAction("marketer", TemplateInput, removeTemplate);
