import type { Sql } from "#db/client.ts";

/** Ledger tables by their campaign; they have no foreign keys, so a workspace does not take them along. */
const BY_CAMPAIGN = [
  "deliveries",
  "streams",
  "due",
  "claims",
  "attempts",
  "rollups",
  "campaign_minutes",
  "reports",
  "suppressions",
];
const BY_WORKSPACE = ["consent_events", "subscriptions", "subscribers"];

/** Takes away a workspace that was only half made, with all that was written in its name. */
export async function clearDemo(sql: Sql, workspaceId: number): Promise<void> {
  await sql.begin(async (tx) => {
    const campaigns = (
      await tx<{ id: number }[]>`select id from campaigns where workspace_id = ${workspaceId}`
    ).map((row) => row.id);
    const domains = (
      await tx<
        { id: number }[]
      >`select distinct sender_domain_id as id from senders where workspace_id = ${workspaceId}`
    ).map((row) => row.id);
    for (const table of BY_CAMPAIGN)
      await tx`delete from ${tx(table)} where campaign_id = any(${campaigns}::int[])`;
    for (const table of BY_WORKSPACE) await tx`delete from ${tx(table)} where workspace_id = ${workspaceId}`;
    // Sources outlive it; what it made of their warm-up does not: that alone began before there was the source.
    await tx`delete from source_days d using warmups w join sources s on s.id = w.source_id
      where d.source_id = w.source_id and d.bucket = w.bucket and w.started_at < s.created_at`;
    await tx`delete from warmups w using sources s where s.id = w.source_id and w.started_at < s.created_at`;
    await tx`delete from delivery_hours where sender_domain_id = any(${domains}::int[])`;
    await tx`delete from workspaces where id = ${workspaceId}`;
    await tx`delete from sender_domains d where id = any(${domains}::int[]) and not exists (select from senders s where s.sender_domain_id = d.id)`;
  });
}
