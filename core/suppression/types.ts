/** Why an address must not be mailed. `recipient-dead` holds for the installation, the others for a workspace. */
export const SUPPRESSION_REASONS = [
  "recipient-dead",
  "complaint",
  "unsubscribed",
  "manual",
  "imported",
] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** What the decision rests on: the reply, the report or the person, as it was said. */
export type SuppressionEvidence = {
  source: "smtp" | "dsn" | "arf" | "link" | "mailto" | "person" | "import";
  reply?: string;
  enhanced?: string;
  note?: string;
  fileName?: string;
  userId?: number;
};
