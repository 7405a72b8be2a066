import { limitsFor } from "#core/mail/provider/bucket.ts";
import { PROVIDERS, type ProviderKey } from "#core/mail/provider/providers.ts";
import { dayOf, startWarmup } from "#core/mail/warmup/caps.ts";
import type { WarmupJudgement } from "#core/mail/warmup/judge.ts";
import { makeChance } from "#db/demo/random.ts";
import { Book } from "./book.ts";
import { Clock } from "./clock.ts";
import { type LaneWorld, SimulatedLane } from "./lane.ts";
import { Ledger } from "./ledger.ts";
import { Receiver } from "./receiver.ts";
import { type Campaign, HOUR_MS, type Scenario } from "./types.ts";
import { Watch } from "./watch.ts";

const DAY_MS = 24 * HOUR_MS;

export type LaneResult = {
  source: number;
  provider: ProviderKey;
  attempts: number;
  accepted: number;
  deferred: number;
  /** Refused because of pace or reputation; the rest of what was deferred is about mailboxes and servers. */
  unwelcome: number;
  suspended: number;
  judged: ReadonlyMap<WarmupJudgement["result"], number>;
  /** Calendar days from the start to the day on which it graduated, both counted; null: warm, or not there yet. */
  graduatedAfter: number | null;
};

export type Result = {
  lanes: LaneResult[];
  campaigns: Campaign[];
  /** When the last of a campaign's recipients at a provider was taken for the first time, ms; null: expired before. */
  triedBy(campaign: Campaign, provider: ProviderKey): number | null;
  /** Limits exceeded as the receivers saw it, and midnights at which the ledger did not add up. */
  violations: string[];
  /** Most turns that a campaign had at a bucket between two turns of a peer with mail ahead. */
  longestWait: number;
};

/** Plays a scenario to its end: the same seed gives the same run. */
export function simulate(scenario: Scenario): Result {
  const clock = new Clock(scenario.startAt);
  const chance = makeChance(scenario.seed);
  const ledger = new Ledger();
  const lanes: SimulatedLane[] = [];
  const violations: string[] = [];
  const world: LaneWorld = {
    clock,
    ledger,
    chance,
    keptForCold: (bucket) =>
      lanes.reduce((sum, lane) => sum + (lane.bucket === bucket ? lane.book.dayRoom(clock.now) : 0), 0),
    wake(bucket, at) {
      for (const lane of lanes) if (lane.bucket === bucket) lane.wakeAt(at);
    },
  };
  for (const habits of scenario.receivers) {
    const receiver = new Receiver(habits, makeChance(scenario.seed ^ bucketOf(habits.provider)));
    const bucket = bucketOf(habits.provider);
    const limits = { ...limitsFor(bucket), ...habits.limits };
    for (const [source, plan] of scenario.sources.entries()) {
      const book = new Book(plan && startWarmup(plan, scenario.startAt), habits.provider);
      const watch = new Watch(`source ${source} at ${habits.provider}`, limits);
      lanes.push(new SimulatedLane(world, { bucket, source, limits, receiver, book, watch }));
    }
  }
  for (const plan of scenario.campaigns) {
    clock.at(plan.launchAt, () => {
      const parts = Object.entries(plan.recipients) as [ProviderKey, number][];
      const campaign = ledger.launch(plan, new Map(parts.map(([key, n]) => [bucketOf(key), n])));
      clock.at(plan.expiresAt, () => ledger.expire(campaign, clock.now));
      for (const lane of lanes) lane.wakeAt(clock.now);
    });
  }
  const endAt = scenario.startAt + scenario.days * DAY_MS;
  for (let at = scenario.startAt + DAY_MS; at <= endAt; at += DAY_MS) {
    clock.at(at, () => {
      if (!ledger.isWhole()) violations.push(`${new Date(at).toISOString()}: the ledger does not add up`);
    });
  }
  const isDone = () =>
    ledger.campaigns.length === scenario.campaigns.length &&
    ledger.campaigns.every((campaign) => campaign.left === 0);
  clock.run(endAt, isDone);
  if (!ledger.isWhole()) violations.push("the ledger does not add up in the end");
  for (const lane of lanes) violations.push(...lane.watch.violations);
  return {
    lanes: lanes.map((lane) => describe(lane, scenario.startAt)),
    campaigns: ledger.campaigns,
    triedBy: ({ id }, provider) => ledger.doneAt.get(`${id} ${bucketOf(provider)}`) ?? null,
    violations,
    longestWait: ledger.longestWait,
  };
}

function describe(lane: SimulatedLane, startAt: number): LaneResult {
  const { source, book, counts } = lane;
  book.close();
  const day = book.state?.graduatedDay ?? null;
  const provider = PROVIDERS.find(({ id }) => id === lane.bucket)?.key as ProviderKey;
  const graduatedAfter = day === null ? null : day - dayOf(startAt) + 1;
  return { source, provider, ...counts, judged: book.judged, graduatedAfter };
}

function bucketOf(key: ProviderKey): number {
  return PROVIDERS.find((provider) => provider.key === key)?.id as number;
}
