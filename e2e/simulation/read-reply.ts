import { classifyReply } from "#core/mail/reply/classify.ts";
import type { Classification } from "#core/mail/reply/types.ts";

const known = new Map<string, Classification>();

/** `classifyReply`, remembered: receivers here have few words and say them often. */
export function readReply(said: { code: number; text: string }, provider: string): Classification {
  const key = `${provider} ${said.code} ${said.text}`;
  let classified = known.get(key);
  if (!classified) {
    const enhanced = /^\d\.\d+\.\d+/.exec(said.text)?.[0] ?? null;
    classified = classifyReply({ ...said, enhanced, stage: "rcpt", provider });
    known.set(key, classified);
  }
  return classified;
}
