import { sql } from "drizzle-orm";
import { bucketSql } from "#core/campaign/placement.ts";
import { CATALOGUE, composeSystemMail } from "#core/system-mail/catalogue.ts";
import type { Arrival } from "./audience.ts";
import { DAY, type House, insertRows } from "./house.ts";
import type { Memory } from "./outcomes.ts";
import { sendCampaign } from "./send.ts";

/** For so long back the confirm mails of the forms are in the ledger. */
const KEPT_DAYS = 31;

/**
 * The confirm mails of those who came by a form: rows of the month's hidden campaign, as `enqueueSystemMail` writes
 * them, then sent like all else. In sets, for each one alone would wake all lanes.
 */
export async function sendConfirmMails(
  house: House,
  memory: Memory,
  arrivals: readonly Arrival[],
  senderId: number,
): Promise<void> {
  const since = house.now.getTime() - KEPT_DAYS * DAY;
  const asked = arrivals.filter(
    (one) => (one.by === "footer" || one.by === "fair") && one.at.getTime() > since,
  );
  const months = Map.groupBy(asked, (one) => one.at.toISOString().slice(0, 7));
  const mail = composeSystemMail(
    { name: "Nordkai Coffee", brandColor: "#1f5d63" },
    CATALOGUE.confirm({
      workspace: "Nordkai Coffee",
      lists: ["Friday Roast"],
      link: `${house.at(house.now).settings.appUrl}/c/expired`,
      days: 7,
    }),
  );
  for (const [month, people] of months) {
    const id = await makeMonth(house, month, people);
    await insertRows(
      house.sql,
      "system_mails",
      people.map((one, n) => ({
        campaign_id: id,
        seq: n + 1,
        workspace_id: house.workspaceId,
        kind: "confirm",
        sender_id: senderId,
        subject: mail.subject,
        html: mail.html,
        text: mail.text,
        subscriber_id: one.id ?? null,
        created_at: one.at,
      })),
    );
    await sendCampaign(house, memory, {
      id,
      senderDomainId: house.senderDomainId,
      launchedAt: people[0]!.at,
      expiresAt: null,
    });
  }
}

async function makeMonth(house: House, month: string, people: readonly Arrival[]): Promise<number> {
  const [made] = await house.sql<{ id: number }[]>`
    insert into campaigns (workspace_id, kind, month, name, state, launched_at, track_opens, track_clicks, audience_size, candidates, created_at)
    values (${house.workspaceId}, 'system', ${month}, ${`System mail ${month}`}, 'sending', ${people[0]!.at}, false, false,
      ${people.length}, ${people.length}, ${people[0]!.at}) returning id`;
  const id = made!.id;
  await house.sql`select ledger_partition_for(${id})`;
  const rows = people.map((one, n) => ({ seq: n + 1, address: one.address, domain: one.domain, at: one.at }));
  await house.db.execute(sql`
    with place as (
      select r.*, d.site_id, ${bucketSql({ providerId: sql`t.provider_id`, siteId: sql`d.site_id`, domain: sql`d.name` })} as bucket
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(seq int, address text, domain text, at timestamptz)
      join domains d on d.name = r.domain left join sites t on t.id = d.site_id
    ), written as (
      insert into deliveries (campaign_id, seq, address, domain, site_id)
      select ${id}, seq, address, domain, coalesce(site_id, 0) from place order by seq
    ), turns as (
      insert into due (campaign_id, seq, pool_id, bucket, class, due_at) select ${id}, seq, ${house.poolId}, bucket, 0, at from place
    )
    insert into rollups (campaign_id, bucket, state, n) select ${id}, bucket, 'w', count(*) from place group by bucket`);
  return id;
}
