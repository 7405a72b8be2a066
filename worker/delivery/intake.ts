import type { TransactionSql } from "postgres";
import {
  type AllowanceHour,
  openAllowance,
  spendAllowance,
  spillOver,
  type Warmth,
} from "#core/delivery/allowance.ts";
import { adopt } from "#core/delivery/lease.ts";
import { type OpenRecipient, open } from "#core/delivery/open.ts";
import { openQuotas, spendQuotas } from "#core/delivery/quotas.ts";
import { type Claim, type LaneHold, reserve, type Spot } from "#core/delivery/reserve.ts";
import { noteTaken, readTurn } from "#core/delivery/weights.ts";
import type { Quota } from "#core/mail/pacing/quota.ts";
import { bucketKind, bucketOf, siteOfBucket } from "#core/mail/provider/bucket.ts";
import { log } from "#core/platform/log.ts";
import type { Sql } from "#db/client.ts";
import type { CampaignMail, Compiled, Messages } from "./messages.ts";
import { alternate } from "./rules.ts";
import type { Site } from "./site.ts";
import type { Target } from "./targets.ts";

/** A recipient in a lane's hands. */
export type Item = {
  recipient: OpenRecipient;
  domain: string;
  mail: CampaignMail;
  /** Null where it cannot be made; then `problem` says why. */
  message: Compiled | null;
  problem: string | null;
  /** Set before it stands in the queue. */
  site: Site | null;
  /** Sent again at once because a kept connection had gone away, which counts as nothing. */
  wasRepeated: boolean;
};

export type Taken = {
  claims: Claim[];
  items: Item[];
  /** Where warm-up or a quota caps it: the hour that they were taken for. */
  allowance: AllowanceHour | null;
  /** Nothing more may be taken before, ms since the epoch; null: whenever there is mail. */
  restUntil: number | null;
  /** There may be mail, but a heavier source of the pool has its turn. */
  waits: boolean;
};

/** How long a warm source lets the cold ones have what they can still take, before it looks again. */
const BESIDE_REST_MS = 15_000;

const logger = log("intake");

/**
 * What the lane's owners before it left behind; with `known` also what it took itself and does not know of. Whose
 * allowance it was is not known: a cold lane takes it anew.
 */
export async function takeOver(
  sql: Sql,
  messages: Messages,
  hold: LaneHold,
  sourceId: number,
  known: readonly number[] | null = null,
): Promise<Taken> {
  return take(sql, messages, sourceId, async (tx) => {
    const { claims, setAside } = await adopt(tx, hold, known);
    if (setAside.length > 0) {
      logger.error(
        { laneId: hold.laneId, claims: setAside },
        "claims that ended several workers were set aside",
      );
    }
    return { claims };
  });
}

/**
 * The next recipients of a lane, asked again whether they may be mailed; in a pool with weights, when it is its turn. No
 * more than warm-up and quotas have room for, in one transaction with what it takes; system mail is counted, and waits
 * neither for room nor for a turn.
 */
export function takeNext(
  sql: Sql,
  messages: Messages,
  hold: LaneHold,
  of: {
    sourceId: number;
    bucket: number;
    buckets: readonly number[];
    want: number;
    warmth: Warmth | undefined;
    quotas: readonly Quota[];
    onlySystem?: boolean;
    /** Weights differ in one of the source's pools. */
    isWeighed?: boolean;
  },
): Promise<Taken> {
  return take(sql, messages, of.sourceId, async (tx) => {
    if (!of.isWeighed || of.onlySystem) return takeAllowed(tx, hold, of, []);
    const turn = await readTurn(tx, hold, of.buckets, of.want);
    const waits = turn.waits.length > 0;
    if (turn.isBlocked) return { claims: [], waits };
    const step = await takeAllowed(tx, hold, { ...of, want: turn.want }, turn.waits);
    await noteTaken(tx, of.sourceId, step.claims);
    return { ...step, waits };
  });
}

/** What warm-up and quotas let a source take now, whatever it is. */
async function takeAllowed(
  tx: TransactionSql,
  hold: LaneHold,
  of: Omit<Parameters<typeof takeNext>[3], "isWeighed">,
  except: readonly Spot[],
): Promise<Step> {
  const { buckets, want, warmth, quotas, onlySystem = false } = of;
  const allowance = warmth?.kind === "cold" ? await openAllowance(tx, of) : null;
  const spill = warmth?.kind === "beside" ? await spillOver(tx, of, warmth) : null;
  const open = quotas.length > 0 ? await openQuotas(tx, quotas) : null;
  const room = Math.min(want, allowance?.room ?? want, open?.room ?? want);
  const most = room === 0 ? want : room;
  const ahead = Math.min(most, spill ?? most);
  const claims = await reserve(tx, hold, buckets, most, onlySystem || room === 0, ahead, except);
  return {
    claims,
    allowance: allowance ?? open?.hour ?? null,
    use: async (n) => {
      const waits = [
        allowance && (await spendAllowance(tx, of, allowance, n)),
        open && (await spendQuotas(tx, open, n)),
        spill === 0 ? Date.now() + BESIDE_REST_MS : null,
      ];
      return waits.reduce<number | null>((last, at) => (at === null ? last : Math.max(last ?? 0, at)), null);
    },
  };
}

type Step = {
  claims: Claim[];
  allowance?: AllowanceHour | null;
  waits?: boolean;
  /** Counts so many against what caps it; says when there is room again, null: there is some. */
  use?: (n: number) => Promise<number | null>;
};

async function take(
  sql: Sql,
  messages: Messages,
  sourceId: number,
  claim: (tx: Parameters<typeof reserve>[0]) => Promise<Step>,
): Promise<Taken> {
  let step: Step = { claims: [] };
  let recipients: OpenRecipient[] = [];
  let restUntil: number | null = null;
  const began = performance.now();
  await sql.begin(async (tx) => {
    step = await claim(tx);
    const opened = await open(tx, step.claims, { sourceId, workspaceOf: (id) => messages.campaign(id) });
    recipients = opened.recipients;
    restUntil = step.use ? await step.use(recipients.length) : null;
  });
  messages.metrics.claimed(recipients.length, performance.now() - began);
  const { claims, allowance } = step;
  const hour = allowance ? { day: allowance.day, hour: allowance.hour } : null;
  return {
    claims,
    items: await prepare(messages, recipients),
    allowance: hour,
    restUntil,
    waits: step.waits ?? false,
  };
}

/** Finds each one's message, and lets campaigns alternate; class 0 stays in front. */
async function prepare(messages: Messages, recipients: readonly OpenRecipient[]): Promise<Item[]> {
  const byCampaign = new Map<number, Item[]>();
  for (const recipient of recipients) {
    const mail = await messages.campaign(recipient.campaignId);
    const item: Item = {
      recipient,
      domain: recipient.domain,
      mail,
      message: mail.message,
      problem: mail.problem,
      site: null,
      wasRepeated: false,
    };
    if (mail.isSystem) await makeSystem(messages, item);
    const list = byCampaign.get(recipient.campaignId);
    if (list) list.push(item);
    else byCampaign.set(recipient.campaignId, [item]);
  }
  const lists = [...byCampaign.values()];
  const isUrgent = (list: Item[]) => list[0]?.mail.isSystem === true;
  return [...alternate(lists.filter(isUrgent)), ...alternate(lists.filter((list) => !isUrgent(list)))];
}

async function makeSystem(messages: Messages, item: Item): Promise<void> {
  const { campaignId, seq } = item.recipient;
  try {
    item.message = await messages.system(campaignId, seq, item.mail.workspaceId);
  } catch (error) {
    item.problem = error instanceof Error ? error.message : String(error);
  }
}

/**
 * The bucket that a recipient belongs to, where it is not this lane's: its domain was unknown at the freeze, or has
 * moved since. Null: it may go from here.
 */
export function otherBucket(laneBucket: number, target: Target): number | null {
  const { siteId, providerId } = target;
  const bucket = bucketOf({ providerId, siteId, isBig: siteOfBucket(laneBucket) === siteId });
  if (bucket === laneBucket) return null;
  return bucketKind(bucket) === "shard" && bucketKind(laneBucket) === "shard" ? null : bucket;
}
