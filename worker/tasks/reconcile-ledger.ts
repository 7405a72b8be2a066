import { reconcileLedger } from "#core/ledger/reconcile.ts";
import type { Ctx } from "#core/platform/context.ts";
import { log } from "#core/platform/log.ts";

const logger = log("ledger");

/** Nightly: counts and places of the ledger compared with its rows. Differences stand on the System page. */
export async function reconcileLedgerTask(ctx: Ctx): Promise<void> {
  const { checked, differing, misplaced } = await reconcileLedger(ctx.db, ctx.now());
  if (differing.length > 0 || misplaced > 0) {
    logger.error({ checked, differing, misplaced }, "the ledger does not add up");
  } else logger.info({ checked }, "the ledger adds up");
}
