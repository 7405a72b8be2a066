"use server";

import { redirect } from "next/navigation";
import { CreateCampaignInput, createCampaign } from "#core/campaign/create.ts";
import { duplicateCampaign } from "#core/campaign/duplicate.ts";
import { CampaignInput } from "#core/campaign/input.ts";
import { removeCampaign } from "#core/campaign/remove.ts";
import { ScheduleCampaignInput, scheduleCampaign } from "#core/campaign/schedule.ts";
import { SendTestInput, sendTest } from "#core/campaign/test-send.ts";
import { unscheduleCampaign } from "#core/campaign/unschedule.ts";
import { SaveAsTemplateInput } from "#core/template/input.ts";
import { saveAsTemplate } from "#core/template/save-as.ts";
import { workspaceAction } from "../../../_server/action.ts";
import { compileBlocks } from "../../../_server/compile-blocks.ts";

export const createCampaignAction = workspaceAction("marketer", CreateCampaignInput, (ctx, input) =>
  createCampaign(ctx, input, compileBlocks),
);
export const duplicateCampaignAction = workspaceAction("marketer", CampaignInput, duplicateCampaign);
export const removeCampaignAction = workspaceAction("marketer", CampaignInput, removeCampaign);
export const scheduleCampaignAction = workspaceAction("marketer", ScheduleCampaignInput, scheduleCampaign);
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
