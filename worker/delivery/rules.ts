/** What a lane decides in memory; pure, so that fairness is tested without a socket. */

/** How far a connection looks ahead for another domain. */
export const LOOK_AHEAD = 100;
/** Most recipients that a lane takes at once. */
export const BATCH_MAX = 200;
/** A batch is what the lane sends in this time, so that a pause acts soon and a newcomer waits little. */
const BATCH_SECONDS = 5;

/** How many recipients to take, for a lane that may send so many a second. */
export function batchSize(perSecond: number, mixesSites: boolean): number {
  const paced = Math.ceil(perSecond * BATCH_SECONDS);
  // Where up to ten of a domain stand in a row, fewer than this would be one domain only.
  const least = mixesSites ? LOOK_AHEAD : 10;
  return Math.min(BATCH_MAX, Math.max(least, paced));
}

/** Mails of a site held for longer than this go back and are tried when it is over. */
export const KEEP_HELD_MS = 20_000;

/** 1: its domain neither in flight nor started last; 2: not started last; 3: the same domain once more. */
export type Choice = { index: number; tier: 1 | 2 | 3 };

/**
 * Which of the next hundred goes now: the first whose domain is neither in flight nor the last started, else the
 * first that is not the last started, else the first that can. Null: none can. Nobody is throttled by it.
 */
export function choose<T extends { domain: string }>(
  queue: readonly T[],
  last: string | null,
  isInFlight: (domain: string) => boolean,
  canStart: (item: T) => boolean,
): Choice | null {
  let second = -1;
  let third = -1;
  const end = Math.min(queue.length, LOOK_AHEAD);
  for (let i = 0; i < end; i++) {
    const item = queue[i] as T;
    const isLast = item.domain === last;
    if (isLast ? third >= 0 : second >= 0 && isInFlight(item.domain)) continue;
    if (!canStart(item)) continue;
    if (isLast) third = i;
    else if (!isInFlight(item.domain)) return { index: i, tier: 1 };
    else second = i;
  }
  if (second >= 0) return { index: second, tier: 2 };
  return third >= 0 ? { index: third, tier: 3 } : null;
}

/**
 * Shares a lane's connections among the sites of its next mails: one each in their order, then by need, never more
 * than a site has mails or may have. Sites beyond the limit get none yet.
 */
export function shareConnections<K>(
  needs: ReadonlyMap<K, number>,
  limit: number,
  mostFor: (site: K) => number,
): Map<K, number> {
  const shares = new Map<K, number>();
  let left = limit;
  for (const [site, need] of needs) {
    if (left <= 0) break;
    if (need <= 0 || mostFor(site) <= 0) continue;
    shares.set(site, 1);
    left -= 1;
  }
  while (left > 0) {
    let best: K | undefined;
    let bestNeed = 0;
    for (const [site, share] of shares) {
      const need = needs.get(site) ?? 0;
      if (share >= need || share >= mostFor(site)) continue;
      const each = need / (share + 1);
      if (each > bestNeed) {
        best = site;
        bestNeed = each;
      }
    }
    if (best === undefined) break;
    shares.set(best, (shares.get(best) ?? 0) + 1);
    left -= 1;
  }
  return shares;
}

/** Alternates campaigns, so that a batch shared by two is not first all of one. Class 0 stays in front. */
export function alternate<T>(groups: readonly (readonly T[])[]): T[] {
  const mixed: T[] = [];
  const longest = Math.max(0, ...groups.map((group) => group.length));
  for (let i = 0; i < longest; i++) {
    for (const group of groups) if (i < group.length) mixed.push(group[i] as T);
  }
  return mixed;
}

/** Wait after being told "too many" or "too fast" before a mail was tried: doubles from one second to a minute. */
export function throttleWait(times: number): number {
  return Math.min(60_000, 1_000 * 2 ** Math.min(times, 6));
}
