import { asc, eq, isNull } from "drizzle-orm";
import type { DomainCheck } from "#db/schema/campaign.ts";
import { senderDomains, sources, workspaces } from "#db/schema/index.ts";
import { type AdminCtx, CoreError } from "../platform/context.ts";
import { expectedRecords } from "./check.ts";

export type SenderDomainRow = {
  id: number;
  name: string;
  workspace: string | null;
  checkedAt: Date | null;
  checks: DomainCheck[];
};

/** The sender domains of the installation. */
export async function listSenderDomains(ctx: AdminCtx): Promise<SenderDomainRow[]> {
  return ctx.db
    .select({
      id: senderDomains.id,
      name: senderDomains.name,
      workspace: workspaces.name,
      checkedAt: senderDomains.checkedAt,
      checks: senderDomains.checks,
    })
    .from(senderDomains)
    .leftJoin(workspaces, eq(workspaces.id, senderDomains.workspaceId))
    .orderBy(asc(senderDomains.name));
}

/** One domain with the records that it needs, next to those found at the last check. Throws not-found. */
export async function getSenderDomain(ctx: AdminCtx, name: string) {
  const domain = await findSenderDomain(ctx, name);
  if (!domain) throw new CoreError("not-found", "There is no such domain.");
  return domain;
}

/** The same; null where there is none. */
export async function findSenderDomain(ctx: AdminCtx, name: string) {
  const [domain] = await ctx.db.select().from(senderDomains).where(eq(senderDomains.name, name));
  if (!domain) return null;
  const rows = await ctx.db.select({ ip: sources.ip }).from(sources).where(isNull(sources.removedAt));
  const ips = rows.flatMap((row) => (row.ip ? [row.ip] : []));
  const expected = expectedRecords(domain, ips, new URL(ctx.settings.appUrl).hostname);
  return {
    id: domain.id,
    name: domain.name,
    checkedAt: domain.checkedAt,
    /** Of the second key; null without one. */
    ed25519: domain.ed25519Selector ? { foundAt: domain.ed25519FoundAt } : null,
    records: expected.map((record) => ({
      ...record,
      check: domain.checks.find((check) => check.record === record.record) ?? null,
    })),
  };
}
