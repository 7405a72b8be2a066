/** What can become of one recipient's mail, as the interface shows it. */
export const outcomes = [
  "accepted",
  "bounced",
  "suppressed",
  "expired",
  "cancelled",
  "uncertain",
  "waiting",
  "deferred",
  "complained",
] as const;

export type Outcome = (typeof outcomes)[number];

/** The colour of an outcome, as a CSS value that follows the theme. */
export function outcomeColour(outcome: Outcome): string {
  return `var(--o-${outcome})`;
}
