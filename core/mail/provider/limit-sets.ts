import type { LimitChanges, LimitValues } from "#core/limit/types.ts";
import { DEFAULT_LIMITS, PROVIDERS, SHARD_LIMITS } from "./providers.ts";
import type { Limits } from "./types.ts";

/** Limits that are changed together: a provider's, or those of everybody else. `key` is stored, and in the address of its page. */
export type LimitSet = {
  key: string;
  name: string;
  /** Suffixes of MX hosts; none for those that are known by being nobody else. */
  mx: readonly string[];
  /** Whom they are for, where that is no provider. */
  about: string | null;
  shipped: LimitValues;
  origin: string;
};

export const OTHER_SITES = "other-sites";
export const SMALL_SITES = "small-sites";

/** Nobody is known to publish one for each sender; administrators may have been told theirs. */
const NO_QUOTAS = { perDay: null, overallPerHour: null, overallPerDay: null } as const;

export const LIMIT_SETS: readonly LimitSet[] = [
  ...PROVIDERS.map(
    ({ key, bucketName, mx, limits, origin }): LimitSet => ({
      key,
      name: bucketName,
      mx,
      about: null,
      shipped: { ...valuesOf({ ...DEFAULT_LIMITS, ...limits }), ...NO_QUOTAS },
      origin,
    }),
  ),
  {
    key: OTHER_SITES,
    name: "Every other big site",
    mx: [],
    about: "Each site that is no provider of this list and had 2,000 people or more waiting at a launch.",
    shipped: { ...valuesOf(DEFAULT_LIMITS), ...NO_QUOTAS },
    origin: "The default row of KumoMTA's shaping file.",
  },
  {
    key: SMALL_SITES,
    name: "Small sites",
    mx: [],
    about: "All other sites, spread over 16 lanes of each source.",
    shipped: valuesOf(SHARD_LIMITS),
    origin:
      "Our own choice: a lane serves hundreds of small sites, so many connections in all, often for a mail or two, and few to each site.",
  },
];

export function findLimitSet(key: string): LimitSet | null {
  return LIMIT_SETS.find((set) => set.key === key) ?? null;
}

/** Limits as one row of fields. */
export function valuesOf({ perSite, quotas: _, ...limits }: Limits): LimitValues {
  return perSite
    ? { ...limits, siteConnections: perSite.connections, siteMessagesPerSecond: perSite.messagesPerSecond }
    : limits;
}

/** Changed fields in the place of shipped ones. Limits of a single site only where there are some. */
export function withChanges(shipped: Limits, changes: LimitChanges): Limits {
  const { siteConnections, siteMessagesPerSecond, perDay, overallPerHour, overallPerDay, ...own } = changes;
  const { perSite } = shipped;
  const quotas = { perDay, overallPerHour, overallPerDay };
  return {
    ...shipped,
    ...own,
    ...(Object.values(quotas).some((quota) => quota !== undefined) && { quotas }),
    ...(perSite && {
      perSite: {
        connections: siteConnections ?? perSite.connections,
        messagesPerSecond: siteMessagesPerSecond ?? perSite.messagesPerSecond,
      },
    }),
  };
}
