const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600 };

/**
 * Seconds that a reply asks us to wait ("try again in 5 minutes", "retry after 300 seconds",
 * "Greylisted for 00:04:59"), or null. The caller bounds it: a receiver may say anything.
 */
export function retryHint(text: string): number | null {
  const said =
    /\b(?:in|after|for|wait|within)\s+(?:about\s+|at least\s+)?(\d{1,5})\s*(s|m|h)(?:ec(?:ond)?s?|in(?:ute)?s?|ours?|rs?)?\b/i.exec(
      text.slice(0, 2000),
    );
  if (said) return Number(said[1]) * (UNIT_SECONDS[said[2]!.toLowerCase()] ?? 1);
  const clock = /\b(?:in|after|for)\s+(\d{1,2}):([0-5]\d):([0-5]\d)\b/i.exec(text.slice(0, 2000));
  if (clock) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  return null;
}
