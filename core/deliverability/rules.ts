type Counts = { accepted: number; deferred: number; bounced: number; complained: number };

/** Over how many days rates are taken: what a day alone says jumps with its number of mails. */
export const WEEK_DAYS = 7;

/** For each day from the seventh on, the sum of the seven that it ends; null where none of them had any. */
export function weekSums<C extends Record<string, number>>(days: readonly (C | null)[]): (C | null)[] {
  return days.slice(WEEK_DAYS - 1).map((_, place) => {
    const week = days.slice(place, place + WEEK_DAYS).filter((day) => day !== null);
    return week.length === 0 ? null : week.reduce(sumOf);
  });
}

const sumOf = <C extends Record<string, number>>(a: C, b: C): C =>
  Object.fromEntries(Object.entries(a).map(([key, n]) => [key, n + (b[key] ?? 0)])) as C;

/** Complaints per accepted mail, deferrals or bounces per reply, 0 to 1; null where there was nothing to count in. */
export function rateOf(counts: Counts, rate: "complained" | "deferred" | "bounced"): number | null {
  const whole = rate === "complained" ? counts.accepted : counts.accepted + counts.deferred + counts.bounced;
  return whole > 0 ? counts[rate] / whole : null;
}

/** Above this share of complaints providers begin to refuse (Google's and Yahoo's published line). */
const COMPLAINTS_NEVER = 0.003;

/** Is our mail welcome, in a sentence or two. `lanes`: names of those that the engine suspended. */
export function healthSentence(counts: Counts, suspended: readonly string[]): string {
  const settled = counts.accepted + counts.bounced;
  const sentences = [
    settled === 0
      ? "No mail was settled in this time."
      : counts.accepted / settled >= 0.98
        ? "Mail is welcome: nearly all was accepted."
        : counts.accepted / settled >= 0.9
          ? `${Math.round((counts.bounced / settled) * 100)} in 100 bounced. See below why.`
          : `${Math.round((counts.bounced / settled) * 100)} in 100 bounced, which is far too many. See below why.`,
  ];
  if ((rateOf(counts, "complained") ?? 0) > COMPLAINTS_NEVER)
    sentences.push("Complaints are above 0.3 %, where providers begin to refuse.");
  if (suspended.length > 0) {
    const more = suspended.length > 3 ? ` and ${suspended.length - 3} more` : "";
    sentences.push(
      `${suspended.length === 1 ? "One lane is" : `${suspended.length} lanes are`} suspended: ${suspended.slice(0, 3).join(", ")}${more}.`,
    );
  }
  return sentences.join(" ");
}
