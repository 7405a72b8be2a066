/** A rule fires when it was hit `count` times within `windowSeconds`; without one it fires at once. */
export type Threshold = { count: number; windowSeconds: number };

/**
 * Counts a hit of a reply rule. `hits` are times in ms, oldest first; the list never grows beyond `count`.
 * After firing the count begins anew, so that one burst is one action.
 */
export function countHit(
  hits: readonly number[],
  now: number,
  threshold: Threshold | undefined,
): { fires: boolean; hits: number[] } {
  if (threshold === undefined || threshold.count <= 1) return { fires: true, hits: [] };
  const since = now - threshold.windowSeconds * 1000;
  const recent = [...hits.filter((at) => at > since && at <= now), now];
  return recent.length >= threshold.count ? { fires: true, hits: [] } : { fires: false, hits: recent };
}
