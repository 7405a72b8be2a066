import { eq } from "drizzle-orm";
import { countAudience } from "#core/campaign/count-audience.ts";
import { scheduleCampaign } from "#core/campaign/schedule.ts";
import { campaigns, poolSources, pools, sources } from "#db/schema/index.ts";
import { insertDraft, type Made, type Plan } from "./campaigns.ts";
import { DAY, daysAgo, HOUR, type House, insertRows } from "./house.ts";

type Coming = Omit<Plan, "opens" | "at"> & { when: "draft" | "now" | Date };

/** Drafts, a campaign for the day after tomorrow, and one that goes out through the sandbox as soon as workers run. */
export async function planAhead(house: House, made: Made): Promise<void> {
  const { now } = house;
  const plans: Coming[] = [
    {
      name: "Still thirsty?",
      subject: "Still thirsty?",
      preheader: "Much has changed at the harbour.",
      letter: "back",
      lists: [],
      segments: ["quiet"],
      when: "draft",
    },
    {
      name: "Winter opening hours",
      subject: "",
      preheader: "",
      letter: "guide",
      lists: ["roast", "offers"],
      when: "draft",
    },
    {
      name: "Friday Roast #49",
      subject: "Ethiopia, washed in snow water",
      preheader: "240 bags, roasted on Thursday.",
      letter: "roast",
      lists: ["roast"],
      excludeSegments: ["quiet"],
      when: daysAgo(now, -2, 8, 0),
    },
    {
      name: "Brew guide: the flat bed",
      subject: 'Flat or cone, {{ subscriber.first_name | default: "friend" }}?',
      preheader: "Both can be right.",
      letter: "guide",
      lists: ["guides"],
      when: "now",
    },
  ];
  for (const plan of plans) {
    const id = await insertDraft(house, made, { ...plan, at: now });
    if (plan.when === "draft") continue;
    const [row] = await house.db
      .select({ audience: campaigns.audience })
      .from(campaigns)
      .where(eq(campaigns.id, id));
    const { audience } = await countAudience(house.at(now), { audience: row!.audience });
    const sent = await scheduleCampaign(house.at(now), {
      campaignId: id,
      revision: 1,
      expectedAudience: audience,
      ...(plan.when !== "now" && { at: plan.when.toISOString() }),
    });
    if (!sent.ok) throw new Error(`the demo's campaign ${plan.name} was not scheduled: ${sent.reason}`);
  }
}

/** Addresses that a person, or an import from another tool, keeps out. */
export async function suppressSome(house: House): Promise<void> {
  const row = (address: string, reason: "manual" | "imported", note: string, days: number) => ({
    workspace_id: house.workspaceId,
    address,
    address_key: address,
    reason,
    evidence: reason === "manual" ? { source: "person", note } : { source: "import", note },
    created_at: new Date(house.now.getTime() - days * DAY),
  });
  await insertRows(house.sql, "suppressions", [
    row("press@westend-press.example", "manual", "Asked on the phone to be left alone.", 61),
    row("old.customer@comcast.example", "manual", "Wrote a letter.", 12),
    ...Array.from({ length: 14 }, (_, n) =>
      row(`bounced${n + 1}@gmx.example`, "imported", "Import bounces-of-the-old-tool.csv", 249),
    ),
  ]);
}

/** What lanes said last, from the ledger; and one that a receiver asked to stop, for some hours more. */
export async function leaveLaneNews(house: House): Promise<void> {
  const { sql, now } = house;
  await sql`
    update lanes l set last_reply = d.reply, last_code = d.code, last_reply_at = d.settled_at, ran_at = d.settled_at, wake_at = ${now} from (
      select distinct on (d.source_id, s.bucket) d.source_id, s.bucket, d.reply, d.code, d.settled_at
      from deliveries d join streams s on s.campaign_id = d.campaign_id and d.seq between s.first_seq and s.last_seq
      where s.workspace_id = ${house.workspaceId} and d.source_id is not null and d.settled_at is not null
      order by d.source_id, s.bucket, d.settled_at desc) d
    where l.source_id = d.source_id and l.bucket = d.bucket`;
  const reply = house.world
    .say("somebody@yahoo.example", "rate", house.sources[1].ip)
    .replace(/^\d{3} (\d\.\d\.\d )?/, "");
  await sql`
    update lanes set suspended_until = ${new Date(now.getTime() + 2 * HOUR)}, suspended_reply = ${reply}, last_code = 421, last_reply = ${reply}, last_reply_at = ${now}
    where source_id = ${house.sources[1].id} and bucket = 4`;
  // As the engine does it: half the pace at first, and a stop when it goes on.
  const before = { connections: 10, messagesPerConnection: 20, messagesPerSecond: 100 };
  const slowed = { before, after: { ...before, connections: 5, messagesPerSecond: 50 } };
  const suspended = { until: now.getTime() + 2 * HOUR };
  await sql`insert into lane_events (lane_id, at, kind, detail, reply)
    select l.id, e.at, e.kind, e.detail::jsonb, ${`421 4.7.0 ${reply}`}
    from lanes l, (values (${new Date(now.getTime() - HOUR / 4)}::timestamptz, 'slowed', ${JSON.stringify(slowed)}),
      (${now}::timestamptz, 'suspended', ${JSON.stringify(suspended)})) e(at, kind, detail)
    where l.source_id = ${house.sources[1].id} and l.bucket = 4`;
}

/** A smarthost in a pool of its own: there to be looked at and tested, it carries nobody's mail. */
export async function keepReserve(house: House): Promise<void> {
  const { db } = house;
  const [pool] = await db
    .insert(pools)
    .values({ name: "Reserve" })
    .onConflictDoNothing()
    .returning({ id: pools.id });
  if (!pool) return;
  const [relay] = await db
    .insert(sources)
    .values({
      name: "Smarthost",
      kind: "relay",
      heloName: "out.nordkai.example",
      host: "smtp.relay.example",
      port: 2525,
      tls: "starttls",
      maxConnections: 4,
      messagesPerMinute: 600,
    })
    .onConflictDoNothing()
    .returning({ id: sources.id });
  if (relay) await db.insert(poolSources).values({ poolId: pool.id, sourceId: relay.id });
}
