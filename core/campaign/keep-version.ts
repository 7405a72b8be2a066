import { type SQL, sql } from "drizzle-orm";
import type { Db } from "#core/platform/db.ts";
import type { StoredContent } from "./content.ts";

/** Older than this, a person's versions are thinned. */
const EACH_FOR = "10 minutes";
/** Of each stretch of this length a person's last version is kept. */
const ONE_OF = "5 minutes";
const MOST = 200;

/**
 * Keeps what a save is about to replace, where subject, preview text or content differ from it: every save is a
 * version. Those of the last minutes stay all; older ones one in five minutes and person, 200 at most.
 */
export async function keepVersion(
  db: Db,
  campaign: { id: number; workspaceId: number; revision: number },
  next: { subject?: string | undefined; preheader?: string | undefined; content?: StoredContent | undefined },
  now: Date,
): Promise<void> {
  const differs: SQL[] = [];
  if (next.subject !== undefined) differs.push(sql`subject <> ${next.subject}`);
  if (next.preheader !== undefined) differs.push(sql`preheader <> ${next.preheader}`);
  if (next.content) differs.push(sql`html <> ${next.content.html} or format::text <> ${next.content.format}`);
  if (differs.length === 0) return;
  const kept = await db.execute(sql`
    insert into campaign_versions (campaign_id, revision, at, user_id, subject, preheader, format, document, html)
    select id, revision, updated_at, updated_by, subject, preheader, format, document, html from campaigns
    where id = ${campaign.id} and workspace_id = ${campaign.workspaceId} and kind = 'campaign' and state = 'draft'
      and revision = ${campaign.revision} and (${sql.join(differs, sql` or `)})
    on conflict do nothing returning revision`);
  if (kept.length === 0) return;
  await db.execute(sql`
    delete from campaign_versions v using (
      select revision, at, row_number() over (order by revision desc) as place,
        row_number() over (partition by user_id, date_bin(${ONE_OF}::interval, at, 'epoch') order by revision desc) as in_stretch
      from campaign_versions where campaign_id = ${campaign.id}
    ) o
    where v.campaign_id = ${campaign.id} and v.revision = o.revision
      and (o.place > ${MOST} or (o.in_stretch > 1 and o.at < ${now.toISOString()}::timestamptz - ${EACH_FOR}::interval))`);
}
