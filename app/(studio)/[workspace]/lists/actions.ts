"use server";

import { workspaceAction } from "#app/_server/action.ts";
import { FormIdInput, SaveFormInput } from "#core/form/input.ts";
import { closeForm, openForm, saveForm } from "#core/form/save.ts";
import { CreateListInput, ListIdInput, UpdateListInput } from "#core/list/input.ts";
import { archiveList, createList, updateList } from "#core/list/save.ts";
import { RemindPendingInput, remindPending } from "#core/subscription/ask.ts";

export const createListAction = workspaceAction("marketer", CreateListInput, createList);
export const updateListAction = workspaceAction("marketer", UpdateListInput, updateList);
export const archiveListAction = workspaceAction("marketer", ListIdInput, archiveList);
export const remindPendingAction = workspaceAction("marketer", RemindPendingInput, remindPending);
export const saveFormAction = workspaceAction("marketer", SaveFormInput, saveForm);
export const closeFormAction = workspaceAction("marketer", FormIdInput, closeForm);
export const openFormAction = workspaceAction("marketer", FormIdInput, openForm);
