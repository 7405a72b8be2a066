import { NOTHING_BESIDE, type Outcome } from "#core/delivery/settle.ts";
import { providerById } from "#core/mail/provider/match.ts";
import { classifyReply } from "#core/mail/reply/classify.ts";
import { parseReply } from "#core/mail/reply/parse.ts";
import { replyShape } from "#core/mail/reply/shape.ts";
import { planRetry } from "#core/mail/retry/plan.ts";
import { warmupCount } from "#core/mail/warmup/judge.ts";
import { DAY, type DemoSource, HOUR, type House } from "./house.ts";

/** A recipient whose turn it is. */
export type Turn = {
  seq: number;
  address: string;
  bucket: number;
  attempts: number;
  firstAt: number | null;
  claimId: number;
  source: DemoSource;
  at: number;
};

type Situation = Parameters<House["world"]["say"]>[1];

/** Days on which a receiver asked for less, or blocked one of the two addresses: what charts are looked at for. */
const TROUBLE = [
  { buckets: [4], from: 9, to: 8, source: null, situation: "rate", share: 0.38 },
  { buckets: [2, 3], from: 5.2, to: 3.8, source: 1, situation: "blocked", share: 0.07 },
  { buckets: [1], from: 15.5, to: 14.5, source: 0, situation: "rate", share: 0.12 },
  { buckets: [4], from: 2, to: 0, source: 1, situation: "rate", share: 0.3 },
  // Days of the second address's warm-up that hold it or take it back. A week each: whatever weekday it is now, one of the
  // weekly campaigns falls into it.
  { buckets: [1], from: 13, to: 6, source: 1, situation: "rate", share: 0.12 },
  { buckets: [1], from: 27, to: 20, source: 1, situation: "blocked", share: 0.2 },
  { buckets: [8], from: 23, to: 21, source: null, situation: "rate", share: 0.2 },
] as const;
const ORDINARY_DEFERRAL = 0.004;
const LOST_AFTER_DOT = 0.0003;

/** Greylisting sites know a source from its first visit on. */
export type Memory = { greylisted: Set<string> };

/** What became of one try: decided by the mailbox, said in its server's words, judged by the engine's own rules. */
export function tryOnce(
  house: House,
  memory: Memory,
  campaign: { id: number; senderDomainId: number; expiresAt: Date | null },
  turn: Turn,
): Outcome {
  const outcome: Outcome = {
    kind: "accepted",
    claimId: turn.claimId,
    epoch: 0,
    campaignId: campaign.id,
    seq: turn.seq,
    sourceId: turn.source.id,
    bucket: turn.bucket,
    senderDomainId: campaign.senderDomainId,
    attempt: turn.attempts + 1,
    at: turn.at,
    code: 250,
    enhanced: "2.0.0",
    reply: `OK ${Math.floor(turn.at / 1000)} ${turn.seq.toString(36)}-lm`,
    ...NOTHING_BESIDE,
  };
  const situation = situationOf(house, memory, turn);
  if (situation === "lost") {
    const reply = "The connection was closed before the reply to the message.";
    return {
      ...outcome,
      kind: "uncertain",
      code: null,
      enhanced: null,
      reply,
      verdict: "network",
      shape: replyShape(reply),
    };
  }
  if (situation === null) return outcome;
  const { code, enhanced, text } = parseReply(house.world.say(turn.address, situation, turn.source.ip));
  const judged = classifyReply({
    code,
    enhanced,
    text,
    stage: "rcpt",
    provider: providerById(turn.bucket)?.key ?? null,
  });
  const said = {
    ...outcome,
    code,
    enhanced,
    reply: text,
    verdict: judged.verdict,
    shape: replyShape(text),
    sign: warmupCount(judged),
  };
  if (judged.permanent) return { ...said, kind: "bounced", suppress: judged.suppress };
  const plan = planRetry({
    attempts: outcome.attempt,
    firstAttemptAt: turn.firstAt ?? turn.at,
    now: turn.at,
    expiresAt: campaign.expiresAt?.getTime() ?? null,
    greylisted: judged.greylisted,
    random: house.chance.next(),
  });
  if ("expired" in plan) return { ...said, kind: "expired" };
  const isPinned = judged.greylisted && outcome.attempt === 1;
  return { ...said, kind: "deferred", retryAt: plan.at, pinnedTo: isPinned ? turn.source.id : null };
}

function situationOf(
  { world, chance, now, sources }: House,
  memory: Memory,
  turn: Turn,
): Situation | "lost" | null {
  const box = world.mailboxOf(turn.address);
  const domain = turn.address.slice(turn.address.lastIndexOf("@") + 1);
  if (box.refusal === "unknown" || box.refusal === "overquota" || box.refusal === "blocked")
    return box.refusal;
  // Some empty their mailbox after a while, others never do.
  if (box.refusal === "full" && (turn.attempts < 3 || chance.happens(0.8))) return "full";
  if (box.deferral === "grey") {
    const visit = `${domain} ${turn.source.id}`;
    if (!memory.greylisted.has(visit)) {
      if (turn.attempts === 0) return "grey";
      memory.greylisted.add(visit);
    }
  }
  if (box.deferral === "defer" && turn.attempts < 2) return "defer";
  const age = (now.getTime() - turn.at) / DAY;
  for (const trouble of TROUBLE) {
    if (age > trouble.from || age < trouble.to || !trouble.buckets.some((bucket) => bucket === turn.bucket))
      continue;
    if (trouble.source !== null && sources[trouble.source].id !== turn.source.id) continue;
    if (turn.attempts < 3 && chance.happens(trouble.share)) return trouble.situation;
  }
  if (turn.attempts === 0 && chance.happens(ORDINARY_DEFERRAL)) return "defer";
  return chance.happens(LOST_AFTER_DOT) ? "lost" : null;
}

/** When each of a bucket's recipients is tried first: one after the other, at a pace that its receiver likes. */
export function paceOf(bucket: number): number {
  const perMinute = { 1: 260, 2: 90, 3: 90, 4: 70, 5: 80, 8: 60 }[bucket] ?? 40;
  return HOUR / 60 / perMinute;
}
