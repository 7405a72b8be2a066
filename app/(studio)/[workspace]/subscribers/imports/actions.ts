"use server";

import { redirect } from "next/navigation";
import { workspaceAction } from "#app/_server/action.ts";
import { ImportIdInput, MapImportInput, SetImportHeaderInput, StartImportInput } from "#core/import/input.ts";
import { mapAfresh, mapChoices, setImportHeader } from "#core/import/map.ts";
import { cancelImport, startImport } from "#core/import/start.ts";

const map = workspaceAction("marketer", MapImportInput, mapChoices);

/** Saves the mapping and goes on to consent. */
export async function mapImportAction(slug: string, form: FormData) {
  const result = await map(slug, { importId: form.get("importId"), choices: form.getAll("column") });
  if (result.ok) redirect(`/${slug}/subscribers/imports/${form.get("importId")}?step=consent`);
  return result;
}

export const setImportHeaderAction = workspaceAction("marketer", SetImportHeaderInput, setImportHeader);
/** Saves a choice as it is made; the page stays. */
export async function saveMappingAction(slug: string, form: FormData) {
  return map(slug, { importId: form.get("importId"), choices: form.getAll("column") });
}

const afresh = workspaceAction("marketer", ImportIdInput, mapAfresh);

/** Suggests a mapping anew; the fields are made anew with it. */
export async function mapAfreshAction(slug: string, form: FormData) {
  const result = await afresh(slug, form);
  if (result.ok) redirect(`/${slug}/subscribers/imports/${form.get("importId")}?fresh=${Date.now()}`);
  return result;
}

const start = workspaceAction("marketer", StartImportInput, startImport);

export async function startImportAction(slug: string, form: FormData) {
  const result = await start(slug, form);
  if (result.ok) redirect(`/${slug}/subscribers/imports/${result.importId}`);
  return result;
}

export const cancelImportAction = workspaceAction("marketer", ImportIdInput, cancelImport);
