/** What we conclude from a reply. Order is that of the stored numbers: add at the end. */
export const VERDICTS = [
  "recipient-dead",
  "mailbox-full",
  "slow-down",
  "temporary",
  "blocked",
  "content",
  "policy",
  "auth",
  "dns",
  "network",
  "protocol",
  // The connection ended between the last line and its answer.
  "uncertain",
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Where in the conversation the reply came. `report`: in a bounce message instead. */
export const STAGES = [
  "connect",
  "greeting",
  "hello",
  "tls",
  "auth",
  "mail",
  "rcpt",
  "data",
  "dot",
  "report",
] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Whom an action hits: this source at this receiver, the signing domain at this receiver, whatever the source, or the source
 * everywhere, once several receivers say the same.
 */
export type ActionScope = "lane" | "sender-domain" | "source";

type ActionWhen = {
  scopes: readonly ActionScope[];
  /** Acts only at the nth such reply within the window; at once without. */
  threshold?: { count: number; windowSeconds: number };
};

export type ReplyAction = ActionWhen &
  (
    | {
        kind: "suspend";
        seconds: number;
        /** Comes back by Gmail's published steps (`pacing/recovery.ts`). */
        recovery?: "gmail";
      }
    /** Lowers the lane to these where they are less than half of what it has; it climbs back by hourly steps. */
    | { kind: "slow"; connections?: number; messagesPerConnection?: number; messagesPerMinute?: number }
  );

/** One row of the rule table. All conditions given must hold; the first row that holds decides. */
export type ReplyRule = {
  id: string;
  /** First digit of the basic code. */
  severity?: 4 | 5;
  enhanced?: RegExp;
  /** Against the text in lower case, links taken out and addresses masked as `<addr>`. */
  text?: RegExp;
  /** Against the text as it was said. */
  raw?: RegExp;
  providers?: readonly string[];
  stages?: readonly Stage[];
  verdict: Verdict;
  action?: ReplyAction;
  /** A 5xx that is about the moment, not about this mail: tried again. */
  retry?: true;
  greylisted?: true;
};

export type Reply = {
  /** Basic code; 0 where the server said nothing that is SMTP. */
  code: number;
  enhanced?: string | null;
  text: string;
};

export type Classification = {
  verdict: Verdict;
  /** true: bounced, never tried again. false: deferred. */
  permanent: boolean;
  /** true only where the address itself is dead. */
  suppress: boolean;
  action?: ReplyAction;
  /** Id of the rule that decided: shown beside the verdict. */
  rule: string;
  greylisted: boolean;
};
