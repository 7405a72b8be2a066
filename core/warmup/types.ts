export type { WarmupPlan } from "../mail/warmup/types.ts";

/** What a day meant for the days after it; core/mail/warmup/judge. */
export const WARMUP_RESULTS = ["promoted", "graduated", "held", "taken-back", "little", "warm"] as const;

/** What becomes of mail that the cold sources of a pool cannot take today: warm ones and relays take it, or it waits. */
export const OVERFLOWS = ["warm", "wait"] as const;
export type Overflow = (typeof OVERFLOWS)[number];

/** In place of a bucket: all small sites together, whatever shard they fell into. */
export const SMALL_SITES = 1_000;

/** What a lane's mail counts against: its provider, or the small sites together. */
export const warmupBucket = (bucket: number): number => (bucket < 100 ? bucket : SMALL_SITES);
