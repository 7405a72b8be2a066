import { eq } from "drizzle-orm";
import { cancelCampaign } from "#core/campaign/cancel.ts";
import { closeCampaign } from "#core/campaign/close.ts";
import { launchCampaign } from "#core/campaign/launch.ts";
import type { CampaignAudience } from "#core/campaign/types.ts";
import { campaigns } from "#db/schema/index.ts";
import { liveOn, noteOnPeople } from "./afterwards.ts";
import type { Arrival, Lists } from "./audience.ts";
import { daysAgo, HOUR, type House } from "./house.ts";
import { type LetterId, readLetter } from "./letters.ts";
import type { Memory } from "./outcomes.ts";
import { type Sent, sendBeginning, sendCampaign } from "./send.ts";

export type Plan = {
  name: string;
  subject: string;
  preheader: string;
  letter: LetterId;
  at: Date;
  lists: (keyof Lists)[];
  segments?: ("regulars" | "quiet")[];
  excludeSegments?: "quiet"[];
  /** Opens per accepted mail. */
  opens: number;
  isCancelled?: boolean;
};

const ROASTS = [
  "Huehuetenango, cocoa and plum",
  "Yirgacheffe is back",
  "A dark one for short days",
  "Kenya, blackcurrant",
  "Two Brazils, side by side",
  "Sumatra, and why it divides us",
  "Colombia from one hillside",
  "The harbour espresso, new crop",
  "Rwanda, orange and tea",
  "Honduras, honey process",
];
const GUIDES = [
  "Cold water, long wait",
  "Grind finer, then stop",
  "The moka pot, calmly",
  "Milk without bubbles",
  "Water is most of it",
];

/** All that was sent so far, the oldest first: weekly roasts, guides, offers and prices; once a month further back. */
export function planCampaigns(now: Date): Plan[] {
  const plans: Plan[] = [];
  const roast = (n: number, days: number): Plan => ({
    name: `Friday Roast #${48 - n}`,
    subject: ROASTS[n % ROASTS.length]!,
    preheader: "240 bags, roasted on Thursday.",
    letter: "roast",
    at: daysAgo(now, days, 8, 5),
    lists: ["roast"],
    excludeSegments: days < 60 ? ["quiet"] : [],
    opens: 0.34,
  });
  for (let n = 0; n < 11; n++) plans.push(roast(n, 1 + 7 * n));
  for (const [n, days] of [95, 125, 155, 185, 215].entries()) plans.push(roast(15 + 4 * n, days));
  for (let n = 0; n < 5; n++)
    plans.push({
      name: `Brew guide: ${GUIDES[n]!.toLowerCase()}`,
      subject: GUIDES[n]!,
      preheader: "A jar, a grinder and one night.",
      letter: "guide",
      at: daysAgo(now, 4 + 9 * n, 16, 30),
      lists: ["guides"],
      opens: 0.41,
    });
  for (let n = 0; n < 3; n++)
    plans.push({
      name: ["Ten per cent for regulars", "A grinder for less", "First pick of the new crop"][n]!,
      subject: '{{ subscriber.first_name | default: "Friend" }}, a tenth less until Sunday',
      preheader: "For those who come back.",
      letter: "offer",
      at: daysAgo(now, 6 + 14 * n, 10, 0),
      lists: [],
      segments: ["regulars"],
      opens: 0.38,
    });
  for (let n = 0; n < 4; n++)
    plans.push({
      name: `Prices for cafés, ${daysAgo(now, 2 + 10 * n).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" })}`,
      subject: "Prices for cafés",
      preheader: "They hold from the first of the month.",
      letter: "wholesale",
      at: daysAgo(now, 2 + 10 * n, 7, 45),
      lists: ["cafes"],
      opens: 0.52,
    });
  plans.push({
    name: "Harbour fair, bring a cup",
    subject: "Harbour fair on Saturday",
    preheader: "Bring a cup.",
    letter: "guide",
    at: daysAgo(now, 47, 12, 0),
    lists: ["roast", "offers"],
    opens: 0.3,
    isCancelled: true,
  });
  return plans.filter((plan) => plan.at < now).sort((a, b) => a.at.getTime() - b.at.getTime());
}

export type Made = {
  lists: Lists;
  segments: { regulars: number; quiet: number };
  senderId: number;
  pictureUrl: string;
};

const audienceOf = (
  plan: Pick<Plan, "lists" | "segments" | "excludeSegments">,
  made: Made,
): CampaignAudience => ({
  include: {
    lists: plan.lists.map((key) => made.lists[key]),
    segments: (plan.segments ?? []).map((key) => made.segments[key]),
  },
  exclude: { lists: [], segments: (plan.excludeSegments ?? []).map((key) => made.segments[key]) },
});

/** A draft as its author left it. */
export async function insertDraft(house: House, made: Made, plan: Omit<Plan, "opens">): Promise<number> {
  const written = new Date(plan.at.getTime() - 26 * HOUR);
  const [row] = await house.db
    .insert(campaigns)
    .values({
      workspaceId: house.workspaceId,
      name: plan.name,
      subject: plan.subject,
      preheader: plan.preheader,
      senderId: made.senderId,
      ...(await readLetter(plan.letter, made.pictureUrl)),
      audience: audienceOf(plan, made),
      expireAfterHours: 48,
      createdBy: house.ownerId,
      updatedBy: house.ownerId,
      createdAt: written,
      updatedAt: written,
    })
    .returning({ id: campaigns.id });
  return row!.id;
}

/** One campaign from its draft to the last complaint, at its own time: frozen and counted by the product's own verbs. */
export async function runCampaign(
  house: House,
  made: Made,
  memory: Memory,
  plan: Plan,
  people: ReadonlyMap<number, Arrival>,
): Promise<void> {
  const id = await insertDraft(house, made, plan);
  const ctx = house.at(plan.at);
  await house.db
    .update(campaigns)
    .set({ state: "scheduled", scheduledAt: plan.at, scheduledBy: house.ownerId })
    .where(eq(campaigns.id, id));
  const launched = await launchCampaign(ctx, { campaignId: id, revision: 1 });
  if (!launched.ok) throw new Error(`the demo's campaign ${plan.name} was not launched: ${launched.reason}`);
  const expiresAt = new Date(plan.at.getTime() + 48 * HOUR);
  const campaign = { id, senderDomainId: house.senderDomainId, launchedAt: plan.at, expiresAt };
  await (plan.isCancelled
    ? cancelHalfway(house, memory, plan, campaign)
    : sendCampaign(house, memory, campaign));
  const audience = audienceOf(plan, made);
  await liveOn(
    house,
    {
      id,
      links: await countLinks(house, id),
      opens: plan.opens,
      // Who comes by segment alone leaves everything.
      lists: audience.include.segments.length > 0 ? [] : audience.include.lists,
    },
    people,
  );
  await noteOnPeople(house, id);
}

/** Somebody saw the wrong date: Google's mail and that of small sites had not begun when it was stopped. */
async function cancelHalfway(house: House, memory: Memory, plan: Plan, campaign: Sent): Promise<void> {
  await sendBeginning(house, memory, campaign, [2, 3, 4, 5, 8]);
  const ctx = house.at(new Date(plan.at.getTime() + 2 * HOUR));
  const { id } = campaign;
  const cancelled = await cancelCampaign(ctx, { campaignId: id, typedName: plan.name });
  if (!cancelled.ok)
    throw new Error(`the demo's campaign ${plan.name} was not cancelled: ${cancelled.reason}`);
  await closeCampaign(ctx, { campaignId: id });
}

async function countLinks(house: House, campaignId: number): Promise<number> {
  const [row] = await house.sql<
    { n: number }[]
  >`select count(*)::int as n from campaign_links where campaign_id = ${campaignId}`;
  return row!.n;
}
