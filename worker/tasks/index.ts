import type { TaskList } from "graphile-worker";
import type { Ctx } from "#core/platform/context.ts";
import type { Sql } from "#db/client.ts";
import type { Engine } from "#worker/delivery/engine.ts";
import { askToConfirmTask } from "./ask-to-confirm.ts";
import { checkNetworkTask } from "./check-network.ts";
import { closeCampaignTask } from "./close-campaign.ts";
import { laneTask } from "./lane.ts";
import { launchCampaignTask } from "./launch-campaign.ts";
import { noteAcceptedTask } from "./note-accepted.ts";
import { reconcileLedgerTask } from "./reconcile-ledger.ts";
import { resolveDomainsTask } from "./resolve-domains.ts";
import { runBulkTask } from "./run-bulk.ts";
import { runImportTask } from "./run-import.ts";
import { sweepCampaignsTask } from "./sweep-campaigns.ts";
import { takeReportTask } from "./take-report.ts";
import { testSourceTask } from "./test-source.ts";
import { tryImportTask } from "./try-import.ts";

/** Lanes have a runner of their own, so that they cannot starve imports, nor the other way round. */
export const laneTasks = (engine: Engine, ctx: Ctx): TaskList => ({
  lane: (payload) => laneTask(engine, payload),
  "test-source": (payload) => testSourceTask(engine, ctx, payload),
});

export const otherTasks = (ctx: Ctx, sql: Sql): TaskList => ({
  "ask-to-confirm": (payload) => askToConfirmTask(ctx, payload),
  "check-network": (payload) => checkNetworkTask(ctx, payload),
  "close-campaign": (payload) => closeCampaignTask(ctx, payload),
  "launch-campaign": (payload) => launchCampaignTask(ctx, payload),
  "note-accepted": () => noteAcceptedTask(ctx),
  "reconcile-ledger": () => reconcileLedgerTask(ctx),
  "resolve-domains": () => resolveDomainsTask(ctx),
  "run-bulk": (payload, { job }) => runBulkTask(ctx, payload, job),
  "run-import": (payload, { job }) => runImportTask(ctx, sql, payload, job),
  "sweep-campaigns": () => sweepCampaignsTask(ctx),
  "take-report": (payload) => takeReportTask(ctx, payload),
  "try-import": (payload) => tryImportTask(ctx, sql, payload),
});
