import { z } from "zod";
import { LIMIT_RANGES, type NumberField } from "./rules.ts";
import { TLS_LEVELS } from "./types.ts";

/** An empty field is as shipped. */
function limit(field: NumberField) {
  const { min, max, isWhole } = LIMIT_RANGES[field];
  const words = `From ${min} to ${max.toLocaleString("en")}${isWhole ? ", a whole number" : ""}.`;
  const isRight = (value: number) => value >= min && value <= max && (!isWhole || Number.isInteger(value));
  return z.number({ error: words }).refine(isRight, words).optional();
}

export const ChangeLimitsInput = z.object({
  key: z.string(),
  /** Of the page that was filled in; 0 where nothing was ever changed. */
  revision: z.number().int(),
  connections: limit("connections"),
  messagesPerConnection: limit("messagesPerConnection"),
  messagesPerSecond: limit("messagesPerSecond"),
  connectionsPerMinute: limit("connectionsPerMinute"),
  tls: z.enum(TLS_LEVELS).optional(),
  idleSeconds: limit("idleSeconds"),
  siteConnections: limit("siteConnections"),
  siteMessagesPerSecond: limit("siteMessagesPerSecond"),
  perDay: limit("perDay"),
  overallPerHour: limit("overallPerHour"),
  overallPerDay: limit("overallPerDay"),
  /** Somebody ticked that they know what less TLS means. */
  laxerTls: z.boolean().default(false),
});
export type ChangeLimitsInput = z.infer<typeof ChangeLimitsInput>;
