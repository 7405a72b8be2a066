"use server";

import { redirect } from "next/navigation";
import { workspaceAction } from "#app/_server/action.ts";
import { BulkIdInput, BulkInput, BulkListInput, BulkTagInput } from "#core/bulk/input.ts";
import {
  addTag,
  addToList,
  type BulkStarted,
  eraseMany,
  removeTag,
  unsubscribeMany,
} from "#core/bulk/start.ts";
import { cancelBulk, undoBulk } from "#core/bulk/stop.ts";
import { eraseSubscriber } from "#core/subscriber/erase.ts";
import {
  AddSubscriberInput,
  ChangeSubscriptionInput,
  EraseSubscriberInput,
  UpdateSubscriberInput,
} from "#core/subscriber/input.ts";
import { addSubscriber, changeSubscription, updateSubscriber } from "#core/subscriber/save.ts";

const add = workspaceAction("marketer", AddSubscriberInput, addSubscriber);

/** Adds somebody and opens their page. */
export async function addSubscriberAction(slug: string, form: FormData) {
  const result = await add(slug, form);
  if (result.ok) redirect(`/${slug}/subscribers/${result.subscriberId}`);
  return result;
}

const update = workspaceAction("marketer", UpdateSubscriberInput, updateSubscriber);

/** Fields of attributes are named `attributes.<key>`. */
export async function updatePersonAction(slug: string, form: FormData) {
  const attributes = Object.fromEntries(
    [...form].flatMap(([name, value]) =>
      name.startsWith("attributes.") && typeof value === "string" ? [[name.slice(11), value]] : [],
    ),
  );
  return update(slug, {
    subscriberId: form.get("subscriberId"),
    tags: form.getAll("tags").filter((tag) => tag !== ""),
    attributes,
  });
}

export const changeSubscriptionAction = workspaceAction(
  "marketer",
  ChangeSubscriptionInput,
  changeSubscription,
);
export const eraseSubscriberAction = workspaceAction("marketer", EraseSubscriberInput, eraseSubscriber);
export const undoBulkAction = workspaceAction("marketer", BulkIdInput, undoBulk);
export const cancelBulkAction = workspaceAction("marketer", BulkIdInput, cancelBulk);

/** What is done already says so, with its undo; what a worker does is opened. */
function answer(slug: string, result: BulkStarted, canUndo = true) {
  if (!result.ok) return result;
  if (!result.message) redirect(`/${slug}/subscribers/changes/${result.actId}`);
  return {
    ok: true as const,
    message: result.message,
    ...(canUndo ? { undo: undoBulkAction.bind(null, slug, { actId: result.actId }) } : {}),
  };
}

const tag = workspaceAction("marketer", BulkTagInput, addTag);
const untag = workspaceAction("marketer", BulkTagInput, removeTag);
const join = workspaceAction("marketer", BulkListInput, addToList);
const leave = workspaceAction("marketer", BulkInput, unsubscribeMany);
const erase = workspaceAction("marketer", BulkInput, eraseMany);

export async function addTagAction(slug: string, form: FormData) {
  return answer(slug, await tag(slug, form));
}
export async function removeTagAction(slug: string, form: FormData) {
  return answer(slug, await untag(slug, form));
}
export async function addToListAction(slug: string, form: FormData) {
  return answer(slug, await join(slug, form));
}
export async function unsubscribeManyAction(slug: string, form: FormData) {
  return answer(slug, await leave(slug, form));
}
export async function eraseManyAction(slug: string, form: FormData) {
  return answer(slug, await erase(slug, form), false);
}
