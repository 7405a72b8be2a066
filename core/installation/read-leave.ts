import { eq, isNull } from "drizzle-orm";
import { sources, workspaces } from "#db/schema/index.ts";
import type { AdminCtx } from "../platform/context.ts";
import type { Env } from "../platform/env.ts";
import { networkQuestions } from "./ask-network.ts";
import { readNetworkFacts, readNetworkSaid } from "./check-network.ts";
import { type LeaveCheck, leaveChecklist } from "./leave-checklist.ts";

/** What DNS said holds for so long here. */
const FRESH_MS = 60 * 60_000;

/** The checklist for leaving the sandbox as things stand now. `asking`: a worker is at it. */
export async function readLeaveChecklist(
  ctx: AdminCtx,
  env: Pick<Env, "appUrl" | "inboundListen">,
): Promise<{ checks: LeaveCheck[]; asking: boolean; checkedAt: Date | null }> {
  const [carriers, facts, bare, network] = await Promise.all([
    ctx.db
      .select({ kind: sources.kind, ip: sources.ip, state: sources.state })
      .from(sources)
      .where(isNull(sources.removedAt)),
    readNetworkFacts(ctx.db),
    ctx.db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.postalAddress, "")),
    readNetworkSaid(ctx),
  ]);
  const now = ctx.now().getTime();
  const { checkedAt } = network;
  const said = checkedAt && now - checkedAt.getTime() < FRESH_MS ? network.said : [];
  return {
    checks: leaveChecklist({
      appUrl: env.appUrl,
      inboundListen: env.inboundListen ? `${env.inboundListen.host}:${env.inboundListen.port}` : null,
      sources: carriers,
      domains: facts.domains.map((domain) => domain.name),
      workspacesWithoutAddress: bare.map((row) => row.name),
      asked: networkQuestions(facts).map(({ id }) => ({
        id,
        check: said.find((one) => one.id === id) ?? null,
      })),
    }),
    asking: network.isAsking,
    checkedAt,
  };
}
