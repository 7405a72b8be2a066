/**
 * `npm run bench:simulation`: a 45-day warm-up of a cold source at four providers, with the engine's own rules, a
 * fake clock and a seeded world; in seconds, without a database or a socket. Last line is JSON.
 * The receivers are invented, with habits under which each lane is warm in the end; what happens at stricter ones is told
 * in core/decisions/0009.
 */

import type { ProviderKey } from "#core/mail/provider/providers.ts";
import { DAY_MS, dayOf, startWarmup } from "#core/mail/warmup/caps.ts";
import { forecastWarmup } from "#core/mail/warmup/forecast.ts";
import { WARMUP_PLANS } from "#core/mail/warmup/plans.ts";
import { type LaneResult, simulate } from "#e2e/simulation/run.ts";
import { type CampaignPlan, type Habits, STATES } from "#e2e/simulation/types.ts";

const SEED = Number(process.env.BENCH_SEED ?? 45);
const SOURCES = Number(process.env.BENCH_SOURCES ?? 1);
/** A half more than the sources may send until the end of their plan. */
const RECIPIENTS = Number(process.env.BENCH_RECIPIENTS ?? 500_000 * SOURCES);
const WEEKLY_RECIPIENTS = 1_000;
const LONGEST_DAYS = 120;

const plan = WARMUP_PLANS.find(({ key }) => key === "gentle")!;
const startAt = Date.UTC(2027, 0, 4);
const usual = {
  perMinute: 1e9,
  greylists: false,
  moody: 0,
  dead: 0.004,
  full: 0.001,
  busy: 0.002,
  lost: 0.00002,
};
const receivers: Habits[] = [
  { ...usual, provider: "google", coldPerDay: 200, growth: 1.5, complains: 0.0002 },
  // Trusts less now and then, and lets nobody send faster than 20 a second.
  {
    ...usual,
    provider: "outlook",
    coldPerDay: 100,
    growth: 1.4,
    moody: 0.01,
    perMinute: 1_200,
    complains: 0.0002,
  },
  // Lets a source grow hardly faster than the plan, and remembers a fault.
  { ...usual, provider: "yahoo", coldPerDay: 60, growth: 1.2, moody: 0.01, complains: 0.0002 },
  { ...usual, provider: "gmx", coldPerDay: 100, growth: 1.5, greylists: true, complains: 0 },
];
const everyone = (n: number) => Object.fromEntries(receivers.map(({ provider }) => [provider, n]));
const campaigns: CampaignPlan[] = [
  { launchAt: startAt, expiresAt: startAt + LONGEST_DAYS * DAY_MS, recipients: everyone(RECIPIENTS) },
];
for (let week = 1; week <= 8; week++) {
  const launchAt = startAt + (week * 7 + 0.4) * DAY_MS;
  campaigns.push({ launchAt, expiresAt: launchAt + 3 * DAY_MS, recipients: everyone(WEEKLY_RECIPIENTS) });
}

const began = performance.now();
const sources = Array.from({ length: SOURCES }, () => plan);
const run = simulate({ seed: SEED, startAt, days: LONGEST_DAYS + 1, sources, receivers, campaigns });
const seconds = (performance.now() - began) / 1_000;

const total = (of: readonly LaneResult[], key: "attempts" | "accepted" | "deferred" | "unwelcome") =>
  of.reduce((sum, lane) => sum + lane[key], 0);
const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;
const dayNumber = (at: number) => dayOf(at) - dayOf(startAt) + 1;
const triedDay = (provider: ProviderKey) => {
  const at = run.triedBy(run.campaigns[0]!, provider);
  return at === null ? Number.POSITIVE_INFINITY : dayNumber(at);
};
const table = receivers.map(({ provider }) => {
  const lanes = run.lanes.filter((lane) => lane.provider === provider);
  const forecast = forecastWarmup(
    {
      provider,
      recipients: RECIPIENTS,
      sources: sources.map((of) => ({ warmup: startWarmup(of, startAt), today: null, perHour: 360_000 })),
    },
    "wait",
    startAt,
  );
  const judged = (result: "held" | "taken-back") =>
    lanes.map((lane) => lane.judged.get(result) ?? 0).join(", ");
  return {
    provider,
    sent: total(lanes, "attempts"),
    accepted: total(lanes, "accepted"),
    deferred: percent(total(lanes, "deferred"), total(lanes, "attempts")),
    "about us": percent(total(lanes, "unwelcome"), total(lanes, "attempts")),
    suspended: lanes.reduce((sum, lane) => sum + lane.suspended, 0),
    "days held": judged("held"),
    "taken back": judged("taken-back"),
    "warm after days": lanes.map((lane) => lane.graduatedAfter ?? "never").join(", "),
    "forecast day": forecast.finishesAt === null ? null : forecast.days,
    "done on day": triedDay(provider),
  };
});
console.log(
  `Warm-up by the plan “${plan.name}”: seed ${SEED}, ${SOURCES} sources, ${RECIPIENTS.toLocaleString("en-US")} recipients ` +
    `at each provider and a weekly campaign of ${WEEKLY_RECIPIENTS.toLocaleString("en-US")} more that expires after three days`,
);
console.table(table);
console.table(
  run.campaigns.map((campaign) => {
    const row: Record<string, string | number> = {
      campaign: campaign.id === 0 ? "large" : `week ${campaign.id}`,
    };
    for (const [code, state] of STATES.entries()) {
      if (code >= 2)
        row[state] = percent(
          campaign.state.reduce((n, of) => n + (of === code ? 1 : 0), 0),
          campaign.size,
        );
    }
    row["finish day"] = campaign.finishedAt === null ? "never" : dayNumber(campaign.finishedAt);
    return row;
  }),
);
const sent = total(run.lanes, "attempts");
console.log(
  JSON.stringify({
    seed: SEED,
    days: Math.max(...run.lanes.map((lane) => lane.graduatedAfter ?? Number.POSITIVE_INFINITY)),
    sent,
    deferredShare: Number((total(run.lanes, "deferred") / sent).toFixed(5)),
    unwelcomeShare: Number((total(run.lanes, "unwelcome") / sent).toFixed(5)),
    forecastDay: Math.max(...table.map((row) => row["forecast day"] ?? Number.POSITIVE_INFINITY)),
    finishDay: Math.max(...table.map((row) => row["done on day"])),
    violations: run.violations.length,
    wallSeconds: Number(seconds.toFixed(2)),
    sentPerSecond: Math.round(sent / seconds),
  }),
);
if (run.violations.length > 0) {
  console.error(run.violations.join("\n"));
  process.exitCode = 1;
}
