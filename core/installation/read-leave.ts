import { eq, isNull } from "drizzle-orm";
import { senderDomains, sources, workspaces } from "#db/schema/index.ts";
import type { AdminCtx } from "../platform/context.ts";
import type { Env } from "../platform/env.ts";
import { type LeaveCheck, leaveChecklist } from "./leave-checklist.ts";

/** The checklist for leaving the sandbox as things stand now. */
export async function readLeaveChecklist(
  ctx: AdminCtx,
  env: Pick<Env, "appUrl" | "inboundListen">,
): Promise<LeaveCheck[]> {
  const [carriers, domains, bare] = await Promise.all([
    ctx.db
      .select({ kind: sources.kind, ip: sources.ip, state: sources.state })
      .from(sources)
      .where(isNull(sources.removedAt)),
    ctx.db.select({ name: senderDomains.name, checks: senderDomains.checks }).from(senderDomains),
    ctx.db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.postalAddress, "")),
  ]);
  return leaveChecklist({
    appUrl: env.appUrl,
    inboundListen: env.inboundListen ? `${env.inboundListen.host}:${env.inboundListen.port}` : null,
    sources: carriers,
    domains,
    workspacesWithoutAddress: bare.map((row) => row.name),
  });
}
