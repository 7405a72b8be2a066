import type { OpenRecipient } from "#core/delivery/open.ts";
import { NOTHING_BESIDE, type Outcome, type OutcomeKind } from "#core/delivery/settle.ts";
import { classifyReply } from "#core/mail/reply/classify.ts";
import { replyShape } from "#core/mail/reply/shape.ts";
import type { Classification, Verdict } from "#core/mail/reply/types.ts";
import { retryHint } from "#core/mail/retry/hint.ts";
import { planRetry } from "#core/mail/retry/plan.ts";
import { warmupCount } from "#core/mail/warmup/judge.ts";
import type { ConnectFailure, SendResult } from "./smtp-types.ts";

/** Of an accepting reply only the beginning is kept: it names the queue id. */
const ACCEPTED_REPLY_MAX = 160;
const REPLY_MAX = 1_000;

/** What is true of all outcomes of one recipient. */
export type Circumstances = {
  recipient: OpenRecipient;
  sourceId: number;
  senderDomainId: number;
  /** ms since the epoch; null where the campaign has no end of its own. */
  expiresAt: number | null;
  /** Key of the provider that answered; null where it is none we know. */
  provider: string | null;
  now: number;
  /** Uniform in [0, 1). */
  random: number;
};

export type Judged = { outcome: Outcome; classification: Classification | null };

/** What a finished try means for its recipient. */
export function judgeSend(of: Circumstances, result: SendResult): Judged {
  if (result.kind === "lost") {
    const outcome =
      result.when === "after-dot"
        ? uncertain(of, { text: result.text })
        : defer(of, { text: result.text, verdict: "network" });
    return { outcome, classification: null };
  }
  const { stage, code, enhanced, text } = result;
  if (stage === "dot" && code >= 200 && code < 300) {
    const reply = text.slice(0, ACCEPTED_REPLY_MAX);
    return { outcome: make(of, "accepted", { code, enhanced, text: reply }), classification: null };
  }
  // Something came after the dot, but no answer: nobody knows.
  if (stage === "dot" && code < 400) {
    return { outcome: uncertain(of, { code, enhanced, text }), classification: null };
  }
  const classification = classifyReply({ code, enhanced, text, stage, provider: of.provider });
  const said = { code, enhanced, text, verdict: classification.verdict };
  if (classification.permanent) {
    const outcome = {
      ...make(of, "bounced", said),
      suppress: classification.suppress,
      sign: warmupCount(classification),
    };
    return { outcome, classification };
  }
  const outcome = { ...defer(of, said, classification.greylisted), sign: warmupCount(classification) };
  return { outcome, classification };
}

/** A try that ended before a connection was there; counts as an attempt. */
export function judgeConnect(of: Circumstances, failure: ConnectFailure, verdict: Verdict): Outcome {
  const { code, enhanced, text } = failure;
  return defer(of, { code, enhanced, text, verdict });
}

/** The verdict about a failure to connect. */
export function connectVerdict(failure: ConnectFailure, provider: string | null): Classification {
  if (failure.kind === "reply") return classifyReply({ ...failure, provider });
  const verdict: Verdict = failure.kind === "tls" ? "policy" : "network";
  return { verdict, permanent: false, suppress: false, rule: failure.kind, greylisted: false };
}

/** A fact about the domain or the message, found out without asking the receiver. */
export function refuseForGood(
  of: Circumstances,
  said: { enhanced: string | null; text: string; verdict: Verdict },
): Outcome {
  return make(of, "bounced", { ...said, code: null });
}

/** DNS gave no answer: an attempt like any other. */
export function deferUnresolved(of: Circumstances, text: string): Outcome {
  return defer(of, { text, verdict: "dns" });
}

/** Given back without a try: its turn comes at `at`, in its own bucket or another. */
export function giveBack(of: Circumstances, at: number, toBucket: number | null = null): Outcome {
  return { ...make(of, "back", { text: null }), retryAt: at, toBucket };
}

/** Nobody knows. `retryAt`: when it would be tried again, where its workspace wants that (`settle` knows). */
function uncertain(of: Circumstances, said: Said): Outcome {
  const { retryAt } = defer(of, said);
  return { ...make(of, "uncertain", { ...said, verdict: "uncertain" }), retryAt };
}

type Said = { code?: number | null; enhanced?: string | null; text: string | null; verdict?: Verdict };

function defer(of: Circumstances, said: Said, greylisted = false): Outcome {
  const { recipient, now, random, expiresAt } = of;
  const attempts = recipient.attempts + 1;
  const plan = planRetry({
    attempts,
    firstAttemptAt: recipient.firstAt ?? now,
    now,
    expiresAt,
    greylisted,
    random,
    hintSeconds: said.text === null ? null : retryHint(said.text),
  });
  if ("expired" in plan) return make(of, "expired", said);
  // From the same address once: another source would begin the wait anew.
  const pinnedTo = greylisted && attempts === 1 ? of.sourceId : null;
  return { ...make(of, "deferred", said), retryAt: plan.at, pinnedTo };
}

function make(of: Circumstances, kind: OutcomeKind, said: Said): Outcome {
  const { recipient } = of;
  const reply = said.text === null ? null : said.text.slice(0, REPLY_MAX);
  return {
    kind,
    claimId: recipient.claimId,
    epoch: recipient.epoch,
    campaignId: recipient.campaignId,
    seq: recipient.seq,
    sourceId: of.sourceId,
    bucket: recipient.bucket,
    senderDomainId: of.senderDomainId,
    attempt: recipient.attempts + 1,
    at: of.now,
    code: said.code ? said.code : null,
    enhanced: said.enhanced ?? null,
    reply,
    ...NOTHING_BESIDE,
    verdict: said.verdict ?? null,
    shape: kind === "accepted" || kind === "back" || reply === null ? null : replyShape(reply),
  };
}
