import type { LimitChanges } from "#core/limit/types.ts";
import { withChanges } from "./limit-sets.ts";
import { providerById } from "./match.ts";
import { DEFAULT_LIMITS, SHARD_LIMITS } from "./providers.ts";
import type { Limits } from "./types.ts";

export const SHARDS = 16;
const SHARD_BASE = 1_000;
const BIG_SITE_BASE = 100_000;
/** A site with at least this many waiting at launch gets a lane of its own. */
export const BIG_SITE_FROM = 2_000;

export type BucketKind = "provider" | "shard" | "site";

/** The shard of a small site; spreads consecutive ids (multiplicative hashing, the top four bits). */
export function shardOf(siteId: number): number {
  return SHARD_BASE + (Math.imul(siteId, 0x9e3779b1) >>> 28);
}

/** Which bucket a site's mail belongs to. Provider first, then a big site's own, then one of the 16 shards. */
export function bucketOf(site: { providerId: number | null; siteId: number; isBig: boolean }): number {
  if (site.providerId !== null) return site.providerId;
  return site.isBig ? BIG_SITE_BASE + site.siteId : shardOf(site.siteId);
}

/** Throws for a number that is no bucket: it can only come from a broken row. */
export function bucketKind(bucket: number): BucketKind {
  if (bucket >= BIG_SITE_BASE) return "site";
  if (bucket >= SHARD_BASE && bucket < SHARD_BASE + SHARDS) return "shard";
  if (bucket >= 1 && bucket <= 99) return "provider";
  throw new Error(`${bucket} is not a bucket`);
}

/** The site of a big site's bucket, else null. */
export function siteOfBucket(bucket: number): number | null {
  return bucket >= BIG_SITE_BASE ? bucket - BIG_SITE_BASE : null;
}

/** What people read: "Microsoft 365", "Small sites 3 of 16", or the big site's own name. */
export function bucketName(bucket: number, siteName?: string): string {
  const kind = bucketKind(bucket);
  if (kind === "provider") return providerById(bucket)?.bucketName ?? `Provider ${bucket}`;
  if (kind === "shard") return `Small sites ${bucket - SHARD_BASE + 1} of ${SHARDS}`;
  return siteName ?? `Site ${bucket - BIG_SITE_BASE}`;
}

/** The limits of one lane in this bucket: the shipped ones, with what an administrator changed. */
export function limitsFor(bucket: number, changes: LimitChanges = {}): Limits {
  return withChanges(shippedFor(bucket), changes);
}

function shippedFor(bucket: number): Limits {
  const kind = bucketKind(bucket);
  if (kind === "shard") return SHARD_LIMITS;
  if (kind === "site") return DEFAULT_LIMITS;
  return { ...DEFAULT_LIMITS, ...providerById(bucket)?.limits };
}
