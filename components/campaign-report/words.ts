import { formatMoment, formatNumber } from "#components/ui/format.ts";
import type { CampaignState } from "#core/campaign/types.ts";
import type { Equation } from "#core/ledger/equation.ts";

const PARTS: [number, string][] = [
  [0.97, "Nearly all"],
  [0.87, "Nine in ten"],
  [0.72, "Three quarters"],
  [0.61, "Two thirds"],
  [0.45, "About half"],
  [0.3, "A third"],
  [0.2, "A quarter"],
];

/** How it goes, in a sentence: only what is known; estimates say so. */
export function leadSentence(
  state: CampaignState,
  sum: Equation,
  pace: number,
  zone: string,
  now: Date,
): string {
  const share = sum.audience === 0 ? 0 : sum.accepted / sum.audience;
  const part =
    share === 1
      ? "Everybody's mail is"
      : `${PARTS.find(([from]) => share >= from)?.[1] ?? formatNumber(sum.accepted)} accepted`;
  if (state === "paused")
    return `Paused. ${sum.inFlight > 0 ? `${formatNumber(sum.inFlight)} in flight will finish, ` : ""}${formatNumber(sum.waiting - sum.inFlight)} wait until you go on.`;
  if (state === "cancelled")
    return `Cancelled. ${formatNumber(sum.accepted)} were accepted before, ${formatNumber(sum.cancelled)} never get it.`;
  if (sum.waiting === 0) {
    const open =
      sum.uncertain > 0
        ? ` ${formatNumber(sum.uncertain)} ${sum.uncertain === 1 ? "is" : "are"} uncertain.`
        : "";
    return share === 1
      ? "Everybody's mail was accepted."
      : `Done. ${formatNumber(sum.accepted)} of ${formatNumber(sum.audience)} were accepted.${open}`;
  }
  const ready = sum.waiting - sum.deferred;
  if (pace > 0 && ready > 0) {
    const done = new Date(now.getTime() + (ready / pace) * 60_000);
    return `${part}. The rest should go out by about ${formatMoment(done, zone, now)}.`;
  }
  if (ready === 0) return `${part}. The rest is tried again later.`;
  return sum.accepted === 0 ? "Sending has begun." : `${part}. ${formatNumber(ready)} wait for their turn.`;
}
