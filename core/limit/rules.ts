import { bucketKind } from "../mail/provider/bucket.ts";
import { type LimitSet, OTHER_SITES, SMALL_SITES } from "../mail/provider/limit-sets.ts";
import { providerById } from "../mail/provider/match.ts";
import { type LimitChanges, type LimitValues, TLS_LEVELS, type TlsLevel } from "./types.ts";

export type NumberField = Exclude<keyof LimitValues, "tls">;

/** What may be typed in. Slower than a message in 50 seconds is a hold; servers hang up on idle clients by themselves. */
export const LIMIT_RANGES: Record<NumberField, { min: number; max: number; isWhole: boolean }> = {
  connections: { min: 1, max: 200, isWhole: true },
  messagesPerConnection: { min: 1, max: 10_000, isWhole: true },
  messagesPerSecond: { min: 0.02, max: 1_000, isWhole: false },
  connectionsPerMinute: { min: 1, max: 10_000, isWhole: true },
  idleSeconds: { min: 1, max: 600, isWhole: true },
  siteConnections: { min: 1, max: 50, isWhole: true },
  siteMessagesPerSecond: { min: 0.02, max: 100, isWhole: false },
  perDay: { min: 1, max: 100_000_000, isWhole: true },
  overallPerHour: { min: 1, max: 10_000_000, isWhole: true },
  overallPerDay: { min: 1, max: 100_000_000, isWhole: true },
};

/** Which set a bucket's lanes keep; null for a relay, which has limits of its own, and for a provider that is gone. */
export function limitKeyOf(bucket: number): string | null {
  if (bucket === 0) return null;
  const kind = bucketKind(bucket);
  if (kind === "provider") return providerById(bucket)?.key ?? null;
  return kind === "shard" ? SMALL_SITES : OTHER_SITES;
}

/** What of these differs from the shipped values. */
export function changesFrom(shipped: LimitValues, wanted: LimitChanges): LimitChanges {
  return Object.fromEntries(
    Object.entries(wanted).filter(([field, value]) => {
      const usual = shipped[field as keyof LimitValues];
      return usual !== undefined && value !== undefined && value !== usual;
    }),
  );
}

/** What a level of TLS that is laxer than the shipped one means, in a sentence; null where it is not. */
export function laxerTls(
  { name, shipped }: Pick<LimitSet, "name" | "shipped">,
  tls: TlsLevel,
): string | null {
  if (TLS_LEVELS.indexOf(tls) >= TLS_LEVELS.indexOf(shipped.tls)) return null;
  return tls === "opportunistic"
    ? `Mail to ${name} may then go in clear text: everybody on the way can read and change it.`
    : `Mail to ${name} is then encrypted for whoever answers: somebody on the way can pose as ${name} and read it.`;
}
