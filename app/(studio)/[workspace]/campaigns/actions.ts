"use server";

import { redirect } from "next/navigation";
import { CancelCampaignInput, cancelCampaign } from "#core/campaign/cancel.ts";
import { CreateCampaignInput, createCampaign } from "#core/campaign/create.ts";
import { duplicateCampaign } from "#core/campaign/duplicate.ts";
import { expireRest } from "#core/campaign/expire-rest.ts";
import { CampaignInput } from "#core/campaign/input.ts";
import { pauseCampaign } from "#core/campaign/pause.ts";
import { removeCampaign } from "#core/campaign/remove.ts";
import { resumeCampaign } from "#core/campaign/resume.ts";
import { RetryRecipientsInput, retryRecipients } from "#core/campaign/retry.ts";
import { ScheduleCampaignInput, scheduleCampaign } from "#core/campaign/schedule.ts";
import { SendTestInput, sendTest } from "#core/campaign/test-send.ts";
import { unscheduleCampaign } from "#core/campaign/unschedule.ts";
import { instantIn } from "#core/platform/zone.ts";
import { SaveAsTemplateInput } from "#core/template/input.ts";
import { saveAsTemplate } from "#core/template/save-as.ts";
import { workspaceAction } from "../../../_server/action.ts";
import { compileBlocks } from "../../../_server/compile-blocks.ts";

const createCampaignAction = workspaceAction("marketer", CreateCampaignInput, (ctx, input) =>
  createCampaign(ctx, input, compileBlocks),
);
const duplicateCampaignAction = workspaceAction("marketer", CampaignInput, duplicateCampaign);
export const removeCampaignAction = workspaceAction("marketer", CampaignInput, removeCampaign);
const schedule = workspaceAction("marketer", ScheduleCampaignInput, scheduleCampaign);
export const unscheduleCampaignAction = workspaceAction("marketer", CampaignInput, unscheduleCampaign);
export const sendTestAction = workspaceAction("marketer", SendTestInput, sendTest, { refresh: false });
export const saveAsTemplateAction = workspaceAction("marketer", SaveAsTemplateInput, saveAsTemplate);

/** Starts a draft and opens it. */
export async function createAndOpen(slug: string, form: FormData) {
  const result = await createCampaignAction(slug, form);
  if (result.ok) redirect(`/${slug}/campaigns/${result.campaignId}`);
  return result;
}

/** Copies a campaign and opens the copy. */
export async function duplicateAndOpen(slug: string, form: FormData) {
  const result = await duplicateCampaignAction(slug, form);
  if (result.ok) redirect(`/${slug}/campaigns/${result.campaignId}`);
  return result;
}

/** Sends now or schedules; the time of the form is the wall clock of the workspace's zone. */
export async function sendCampaignAction(slug: string, form: FormData) {
  const text = (name: string) => String(form.get(name) ?? "");
  const at = text("when") === "later" ? instantIn(text("at"), text("zone")) : undefined;
  if (at === null)
    return {
      ok: false as const,
      reason: "Choose a date and a time.",
      fields: { at: "Choose a date and a time." },
    };
  const typed = form.get("typedNumber");
  return schedule(slug, {
    campaignId: text("campaignId"),
    revision: text("revision"),
    expectedAudience: text("expectedAudience"),
    ...(at ? { at } : {}),
    ...(typed ? { typedNumber: typed } : {}),
  });
}

export const pauseCampaignAction = workspaceAction("marketer", CampaignInput, pauseCampaign);
export const resumeCampaignAction = workspaceAction("marketer", CampaignInput, resumeCampaign);
export const cancelCampaignAction = workspaceAction("marketer", CancelCampaignInput, cancelCampaign);
export const expireRestAction = workspaceAction("marketer", CampaignInput, expireRest);
export const retryRecipientsAction = workspaceAction("marketer", RetryRecipientsInput, retryRecipients);
