"use server";

import { redirect } from "next/navigation";
import { workspaceAction } from "#app/_server/action.ts";
import { CountSegmentInput } from "#core/segment/count.ts";
import { previewSegment } from "#core/segment/preview.ts";
import {
  duplicateSegment,
  removeSegment,
  SaveSegmentInput,
  SegmentIdInput,
  saveSegment,
} from "#core/segment/save.ts";

const save = workspaceAction("marketer", SaveSegmentInput, saveSegment);

/** Saves from the builder's form: the rule comes as JSON. */
export async function saveSegmentAction(slug: string, form: FormData) {
  const id = form.get("segmentId");
  const result = await save(slug, {
    ...(id ? { segmentId: id } : {}),
    name: form.get("name"),
    rule: parse(form.get("rule")),
  });
  if (result.ok) redirect(`/${slug}/segments/${result.segmentId}?saved`);
  return result;
}

function parse(text: FormDataEntryValue | null): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}

export const previewSegmentAction = workspaceAction("viewer", CountSegmentInput, previewSegment, {
  refresh: false,
});
export const removeSegmentAction = workspaceAction("marketer", SegmentIdInput, removeSegment);
const duplicate = workspaceAction("marketer", SegmentIdInput, duplicateSegment);

/** Copies a segment and opens the copy. */
export async function duplicateSegmentAction(slug: string, form: FormData) {
  const result = await duplicate(slug, form);
  if (result.ok) redirect(`/${slug}/segments/${result.segmentId}`);
  return result;
}
