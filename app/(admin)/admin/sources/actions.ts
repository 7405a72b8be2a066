"use server";

import { redirect } from "next/navigation";
import { adminAction } from "#app/_server/action.ts";
import { MoveCampaignInput, moveCampaign } from "#core/campaign/move.ts";
import { AssignPoolInput, assignPool, SavePoolInput, savePool } from "#core/pool/save.ts";
import { AvoidReceiversInput, avoidReceivers } from "#core/source/avoid.ts";
import { drainSource, holdSource, releaseSource, removeSource } from "#core/source/hold.ts";
import { CreateSourceInput, SourceIdInput, UpdateSourceInput } from "#core/source/input.ts";
import { createSource, updateSource } from "#core/source/save.ts";
import { TrustCertificateInput, trustCertificate } from "#core/source/trust.ts";
import { StartWarmupInput, StopWarmupInput, startWarmup, stopWarmup } from "#core/warmup/start.ts";

const create = adminAction(CreateSourceInput, createSource);
const update = adminAction(UpdateSourceInput, updateSource);

const fieldsOf = (form: FormData) =>
  Object.fromEntries([...form].filter(([name]) => !name.startsWith("$ACTION")));

export async function createSourceAction(form: FormData) {
  const result = await create({ source: fieldsOf(form) });
  if (result.ok) redirect(`/admin/sources/${result.sourceId}`);
  return withoutPrefix(result);
}

export async function updateSourceAction(form: FormData) {
  return withoutPrefix(await update({ sourceId: form.get("sourceId"), source: fieldsOf(form) }));
}

/** Errors of `source.name` belong to the field `name`. */
function withoutPrefix<T extends { ok: boolean; fields?: Record<string, string> }>(result: T): T {
  if (!result.fields) return result;
  return {
    ...result,
    fields: Object.fromEntries(
      Object.entries(result.fields).map(([key, text]) => [key.replace(/^source\./, ""), text]),
    ),
  };
}

export const avoidReceiversAction = adminAction(AvoidReceiversInput, avoidReceivers);
export const holdSourceAction = adminAction(SourceIdInput, holdSource);
export const drainSourceAction = adminAction(SourceIdInput, drainSource);
export const releaseSourceAction = adminAction(SourceIdInput, releaseSource);
export const removeSourceAction = adminAction(SourceIdInput, removeSource);
export const savePoolAction = adminAction(SavePoolInput, savePool);
export const assignPoolAction = adminAction(AssignPoolInput, assignPool);
export const startWarmupAction = adminAction(StartWarmupInput, startWarmup);
export const stopWarmupAction = adminAction(StopWarmupInput, stopWarmup);
export const moveCampaignAction = adminAction(MoveCampaignInput, moveCampaign);
export const trustCertificateAction = adminAction(TrustCertificateInput, trustCertificate);
