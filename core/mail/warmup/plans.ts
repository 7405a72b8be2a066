import type { WarmupPlan } from "./types.ts";

/** SendGrid's automated warm-up, by the hour: archived docs, "Warming up an IP address" (facts §1.6). */
const SENDGRID_HOURLY = [
  20, 28, 39, 55, 77, 108, 151, 211, 295, 413, 579, 810, 1000, 1587, 2222, 3111, 4356, 6098, 8583, 11_953,
  16_734, 23_427, 32_798, 45_917, 64_284, 89_998, 125_997, 176_395, 246_953, 345_735, 484_029, 677_640,
  948_696, 1_328_175, 1_859_444, 2_603_222,
];

/** SparkPost's stages, by the day: ip-warm-up-overview and automated-ip-warmup (facts §1.6). */
const SPARKPOST_DAILY = [
  200, 500, 1000, 2000, 5000, 10_000, 20_000, 40_000, 50_000, 75_000, 100_000, 150_000, 200_000, 250_000,
  325_000, 400_000, 500_000, 600_000, 750_000, 1_000_000, 1_250_000, 1_750_000, 2_000_000, 3_000_000,
  4_250_000, 5_000_000, 6_000_000, 7_500_000, 10_000_000,
];

/**
 * The plans that ship. The published tables are for an address as a whole; here each (source, provider) has its own,
 * as reputation is each provider's own.
 */
export const WARMUP_PLANS = [
  {
    key: "sendgrid",
    name: "By the hour, ×1.4 a day (SendGrid)",
    daily: SENDGRID_HOURLY.map((cap) => cap * 24),
    hourly: SENDGRID_HOURLY,
  },
  { key: "sparkpost", name: "Stages (SparkPost)", daily: SPARKPOST_DAILY, hourly: null },
  // Amazon publishes the end alone (at most 50,000 a day within 45 days); the way there is ours, ×1.17 a day.
  { key: "gentle", name: "45 days to 50,000 (as Amazon SES)", daily: climb(50, 50_000, 45), hourly: null },
] as const satisfies readonly WarmupPlan[];

export type WarmupPlanKey = (typeof WARMUP_PLANS)[number]["key"];

const LONGEST_PLAN_DAYS = 366;
const HIGHEST_DAILY_CAP = 100_000_000;

export type OwnPlan =
  | { ok: true; plan: WarmupPlan }
  /** `at`: index of the first cap that is wrong. */
  | { ok: false; reason: "empty" | "too-long" | "not-a-number" | "falls"; at: number };

/** A plan from a user's own table of daily caps. */
export function ownPlan(daily: readonly number[]): OwnPlan {
  if (daily.length === 0) return { ok: false, reason: "empty", at: 0 };
  if (daily.length > LONGEST_PLAN_DAYS) return { ok: false, reason: "too-long", at: LONGEST_PLAN_DAYS };
  for (const [at, cap] of daily.entries()) {
    if (!Number.isInteger(cap) || cap < 1 || cap > HIGHEST_DAILY_CAP) {
      return { ok: false, reason: "not-a-number", at };
    }
    if (cap < (daily[at - 1] ?? 0)) return { ok: false, reason: "falls", at };
  }
  return { ok: true, plan: { key: "own", name: "Own table", daily: [...daily], hourly: null } };
}

function climb(first: number, last: number, days: number): number[] {
  const factor = (last / first) ** (1 / (days - 1));
  return Array.from({ length: days }, (_, day) => Math.round(first * factor ** day));
}
