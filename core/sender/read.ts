import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { WorkspaceCtx } from "#core/platform/context.ts";
import type { DomainCheck } from "#db/schema/campaign.ts";
import { senderDomains, senders, workspaces } from "#db/schema/index.ts";

export type SenderRow = {
  id: number;
  name: string;
  address: string;
  replyTo: string | null;
  isDefault: boolean;
  senderDomainId: number;
  domain: string;
  checkedAt: Date | null;
  /** Verdicts of the last look at DNS; none: not looked yet. */
  checks: DomainCheck[];
};

/** The senders of the workspace, the default one first. */
export async function listSenders(ctx: WorkspaceCtx): Promise<SenderRow[]> {
  const isDefault = sql<boolean>`${senders.id} is not distinct from ${workspaces.defaultSenderId}`;
  return ctx.db
    .select({
      id: senders.id,
      name: senders.name,
      address: senders.address,
      replyTo: senders.replyTo,
      isDefault,
      senderDomainId: senderDomains.id,
      domain: senderDomains.name,
      checkedAt: senderDomains.checkedAt,
      checks: senderDomains.checks,
    })
    .from(senders)
    .innerJoin(senderDomains, eq(senderDomains.id, senders.senderDomainId))
    .innerJoin(workspaces, eq(workspaces.id, senders.workspaceId))
    .where(and(eq(senders.workspaceId, ctx.workspaceId), isNull(senders.removedAt)))
    .orderBy(sql`${isDefault} desc`, asc(senders.name), asc(senders.id));
}
