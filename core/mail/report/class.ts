import type { Classification } from "#core/mail/reply/types.ts";
import type { ReportClass } from "./types.ts";

/** True for what no rule knew: decided by a code alone, or by nothing. */
export function isVague(rule: string): boolean {
  return /^(?:unknown|no reply|code |x\.|[45]\.7 )/.test(rule);
}

/** The class that people and statistics see, from a verdict. `dns` and `network` for good mean that nothing arrives there. */
export function classOf(c: Pick<Classification, "verdict" | "rule" | "permanent">): ReportClass {
  if (c.rule === "no reply") return "unknown";
  switch (c.verdict) {
    case "recipient-dead":
      return "hard";
    case "mailbox-full":
      return "soft-quota";
    case "slow-down":
      return "soft-ratelimit";
    case "temporary":
    case "network":
    case "uncertain":
      return "soft-transient";
    case "dns":
      return c.permanent ? "hard" : "soft-transient";
    case "content":
      return c.rule === "message-too-big" || c.rule === "x.2.3 too big" ? "content-size" : "block-policy";
    case "protocol":
      return c.rule === "mail-loop" || c.rule === "x.4.6 loop" ? "soft-transient" : "block-policy";
    case "blocked":
    case "policy":
    case "auth":
      return "block-policy";
  }
}
