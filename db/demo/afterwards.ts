import { createHash } from "node:crypto";
import { classifyHit } from "#core/hit/rules.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";
import { bounceDelivery, countComplaint } from "#core/report/settle-late.ts";
import { type Arrival, ipOf, PERSON_AGENTS } from "./audience.ts";
import { HOUR, type House, insertRows, MINUTE } from "./house.ts";

type Campaign = { id: number; lists: number[]; links: number; opens: number };
type Accepted = { seq: number; subscriber_id: number; address: string; settled_at: Date };

const LEAVE_SHARE = 0.0022;
/** Complaints per accepted mail, by where people have their mailbox. */
const COMPLAIN_SHARE: Readonly<Record<string, number>> = {
  "yahoo.example": 0.0016,
  "aol.example": 0.001,
  "hotmail.example": 0.0007,
  "outlook.example": 0.0006,
};
/** Somebody put the link into a chat, whose program went to see. */
const CHAT_AGENT = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)";
const SCANNER_AGENT = "Mozilla/5.0 (compatible; LinkScanner/2.1; mail security gateway)";

/** What people and machines did with a campaign's mail after it was accepted: opens, clicks, leaving, complaints, bounces. */
export async function liveOn(
  house: House,
  campaign: Campaign,
  people: ReadonlyMap<number, Arrival>,
): Promise<void> {
  const accepted = await house.sql<Accepted[]>`
    select seq, subscriber_id::int, address, settled_at from deliveries where campaign_id = ${campaign.id} and state = 'a' order by seq`;
  await insertRows(
    house.sql,
    "hits",
    accepted.flatMap((mail) => hitsOf(house, campaign, mail, people.get(mail.subscriber_id))),
  );
  for (const mail of accepted) {
    if (house.world.mailboxOf(mail.address).isDsn) await bounceLater(house, campaign, mail);
    else if (house.chance.happens(COMPLAIN_SHARE[mail.address.split("@")[1]!] ?? 0.0002))
      await complain(house, campaign, mail);
    else if (house.chance.happens(LEAVE_SHARE))
      await leave(house, campaign, mail, people.get(mail.subscriber_id));
  }
}

function hitsOf(
  house: House,
  campaign: Campaign,
  mail: Accepted,
  person: Arrival | undefined,
): Record<string, unknown>[] {
  const { chance, world, now, workspaceId } = house;
  const box = world.mailboxOf(mail.address);
  const hits: Record<string, unknown>[] = [];
  const clicks: { link: number }[] = [];
  const note = (
    kind: "open" | "click",
    at: number,
    ip: string,
    userAgent: string,
    link: number | null,
    burst = false,
  ) => {
    if (at > now.getTime()) return;
    const facts = {
      kind,
      method: "GET",
      ip,
      userAgent,
      sinceAcceptedMs: at - mail.settled_at.getTime(),
      others: burst ? clicks : [],
      link,
    };
    const verdict = classifyHit(facts);
    hits.push({
      workspace_id: workspaceId,
      campaign_id: campaign.id,
      seq: mail.seq,
      subscriber_id: mail.subscriber_id,
      at: new Date(at),
      kind,
      class: verdict.class,
      because: verdict.because,
      link,
      ip,
      user_agent: userAgent,
    });
    if (burst && link !== null) clicks.push({ link });
  };
  const start = mail.settled_at.getTime();
  if (box.isPrefetched) note("open", start + chance.wait(8_000), "17.58.101.7", "Mozilla/5.0", null);
  if (box.isScanned) {
    for (let link = 0; link < campaign.links; link++)
      note("click", start + 900 + link * 150, "40.94.20.11", SCANNER_AGENT, link, true);
  }
  const interest = person?.interest ?? 1;
  if (!chance.happens(Math.min(0.9, campaign.opens * interest))) return hits;
  const ip = ipOf(mail.subscriber_id);
  const agent = PERSON_AGENTS[mail.subscriber_id % PERSON_AGENTS.length]!;
  const first = start + 2 * MINUTE + chance.wait(6 * HOUR);
  const times = chance.happens(0.25) ? 2 : 1;
  for (let n = 0; n < times; n++)
    note("open", first + n * chance.wait(9 * HOUR), ip, box.imageAgent ?? agent, null);
  if (campaign.links > 0 && chance.happens(0.15 + 0.05 * interest)) {
    // The button is what most go for; the second link is for the curious.
    const link = chance.happens(0.62)
      ? Math.min(1, campaign.links - 1)
      : chance.between(0, campaign.links - 1);
    note("click", first + chance.wait(3 * MINUTE), ip, agent, link);
    if (chance.happens(0.06)) note("click", first + chance.wait(HOUR), "198.51.100.7", CHAT_AGENT, link);
  }
  return hits;
}

/** A server that took the mail says afterwards that nobody lives there: the engine's own way of settling late. */
async function bounceLater(house: House, campaign: Campaign, mail: Accepted): Promise<void> {
  const at = new Date(
    Math.min(mail.settled_at.getTime() + 20_000 + house.chance.wait(2 * MINUTE), house.now.getTime()),
  );
  const reply =
    "The account or domain may not exist, they may be blacklisted, or missing the proper dns entries. User unknown";
  const about = {
    workspace: house.workspaceId,
    campaign: campaign.id,
    seq: mail.seq,
    subscriber: mail.subscriber_id,
  };
  const verdict = VERDICTS.indexOf("recipient-dead");
  await bounceDelivery(house.at(at), about, { code: 550, enhanced: "5.1.1", reply, verdict });
  await suppress(house, campaign, mail, at, {
    workspace: null,
    reason: "recipient-dead",
    evidence: { source: "dsn", reply, enhanced: "5.1.1" },
  });
  await report(house, campaign, mail, at, { kind: "bounce", verdict, summary: reply });
}

async function complain(house: House, campaign: Campaign, mail: Accepted): Promise<void> {
  const at = new Date(mail.settled_at.getTime() + 10 * MINUTE + house.chance.wait(5 * HOUR));
  if (at > house.now) return;
  const note = "Complaint (abuse)";
  await suppress(house, campaign, mail, at, {
    workspace: house.workspaceId,
    reason: "complaint",
    evidence: { source: "arf", note },
  });
  await report(house, campaign, mail, at, { kind: "complaint", verdict: null, summary: note });
  await countComplaint(house.at(at), {
    workspace: house.workspaceId,
    campaign: campaign.id,
    seq: mail.seq,
    subscriber: mail.subscriber_id,
  });
  await leaveLists(house, campaign, mail, at, { source: "Complaint", lists: null, ip: null, agent: null });
}

async function leave(
  house: House,
  campaign: Campaign,
  mail: Accepted,
  person: Arrival | undefined,
): Promise<void> {
  const at = new Date(mail.settled_at.getTime() + 3 * MINUTE + house.chance.wait(12 * HOUR));
  if (at > house.now || !person) return;
  const way = house.chance.weighted({
    "One-click unsubscribe": 6,
    "Unsubscribe page": 3,
    "Stop all mail": 1,
  });
  await leaveLists(house, campaign, mail, at, {
    source: way,
    lists: way === "Stop all mail" || campaign.lists.length === 0 ? null : campaign.lists,
    ip: ipOf(mail.subscriber_id),
    agent: PERSON_AGENTS[mail.subscriber_id % PERSON_AGENTS.length]!,
  });
  if (way === "Stop all mail") {
    const note = "Asked on the preference page to get no mail at all.";
    await suppress(house, campaign, mail, at, {
      workspace: house.workspaceId,
      reason: "unsubscribed",
      evidence: { source: "link", note },
    });
  }
}

async function leaveLists(
  house: House,
  campaign: Campaign,
  mail: Accepted,
  at: Date,
  how: { source: string; lists: number[] | null; ip: string | null; agent: string | null },
): Promise<void> {
  await house.sql`
    with gone as (
      update subscriptions set status = 'unsubscribed', unsubscribed_at = ${at}
      where subscriber_id = ${mail.subscriber_id} and workspace_id = ${house.workspaceId} and status <> 'unsubscribed'
        and (${how.lists}::int[] is null or list_id = any(${how.lists}::int[])) returning list_id
    )
    insert into consent_events (workspace_id, subscriber_id, list_id, at, kind, ip, user_agent, source, campaign_id, seq)
    select ${house.workspaceId}, ${mail.subscriber_id}, list_id, ${at}, 'unsubscribed', ${how.ip}, ${how.agent}, ${how.source}, ${campaign.id}, ${mail.seq}
    from gone`;
}

async function suppress(
  house: House,
  campaign: Campaign,
  mail: Accepted,
  at: Date,
  why: { workspace: number | null; reason: string; evidence: Record<string, string> },
): Promise<void> {
  await insertRows(house.sql, "suppressions", [
    {
      workspace_id: why.workspace,
      address: mail.address,
      address_key: mail.address,
      reason: why.reason,
      evidence: why.evidence,
      campaign_id: campaign.id,
      seq: mail.seq,
      created_at: at,
    },
  ]);
}

async function report(
  house: House,
  campaign: Campaign,
  mail: Accepted,
  at: Date,
  what: { kind: string; verdict: number | null; summary: string },
): Promise<void> {
  const raw = `Subject: ${what.kind} about a mail to ${mail.address}\r\n\r\n${what.summary}\r\n`;
  const digest = createHash("sha256").update(`${campaign.id} ${mail.seq} ${raw}`).digest("hex");
  await house.sql`
    insert into reports (at, kind, rcpt_to, remote_ip, campaign_id, seq, verdict, summary, digest, raw, taken_at)
    values (${at}, ${what.kind}, ${`b+demo@bounces.nordkai.example`}, '192.0.2.25', ${campaign.id}, ${mail.seq}, ${what.verdict},
      ${what.summary}, ${digest}, ${Buffer.from(raw)}, ${at}) on conflict do nothing`;
}

/** What stands on people's rows follows from the campaign's ledger and hits; its suppressions get the day of their reply. */
export async function noteOnPeople(house: House, campaignId: number): Promise<void> {
  const { sql } = house;
  await sql`
    update subscribers s set last_accepted_at = greatest(s.last_accepted_at, d.settled_at) from deliveries d
    where d.campaign_id = ${campaignId} and d.state = 'a' and s.id = d.subscriber_id`;
  await sql`
    update subscribers s set last_opened_at = greatest(s.last_opened_at, h.opened), last_clicked_at = greatest(s.last_clicked_at, h.clicked) from (
      select subscriber_id, max(at) as opened, max(at) filter (where kind = 'click') as clicked from hits
      where campaign_id = ${campaignId} and class = 'human' group by 1) h
    where s.id = h.subscriber_id`;
  await sql`
    update suppressions z set created_at = d.settled_at from deliveries d
    where d.campaign_id = ${campaignId} and z.campaign_id = d.campaign_id and z.seq = d.seq
      and z.evidence->>'source' = 'smtp' and d.settled_at is not null`;
}
