"use server";

import { redirect } from "next/navigation";
import { workspaceAction } from "#app/_server/action.ts";
import { addTag, addToList, removeTag, unsubscribeMany } from "#core/subscriber/bulk.ts";
import { eraseSubscriber } from "#core/subscriber/erase.ts";
import {
  AddSubscriberInput,
  BulkInput,
  BulkListInput,
  BulkTagInput,
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
export const addTagAction = workspaceAction("marketer", BulkTagInput, addTag);
export const removeTagAction = workspaceAction("marketer", BulkTagInput, removeTag);
export const addToListAction = workspaceAction("marketer", BulkListInput, addToList);
export const unsubscribeManyAction = workspaceAction("marketer", BulkInput, unsubscribeMany);
