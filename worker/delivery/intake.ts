import { adopt } from "#core/delivery/lease.ts";
import { type OpenRecipient, open } from "#core/delivery/open.ts";
import { type Claim, type LaneHold, reserve } from "#core/delivery/reserve.ts";
import { noteTaken, readTurn } from "#core/delivery/weights.ts";
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
  /** There may be mail, but a heavier source of the pool has its turn. */
  waits?: boolean;
};

const logger = log("intake");

/** What the lane's owners before it left behind. */
export function takeOver(sql: Sql, messages: Messages, hold: LaneHold, sourceId: number): Promise<Taken> {
  return take(sql, messages, sourceId, async (tx) => {
    const { claims, setAside } = await adopt(tx, hold);
    if (setAside.length > 0) {
      logger.error(
        { laneId: hold.laneId, claims: setAside },
        "claims that ended several workers were set aside",
      );
    }
    return claims;
  });
}

/** The next recipients of a lane, asked again whether they may be mailed; in a pool with weights, when it is its turn. */
export async function takeNext(
  sql: Sql,
  messages: Messages,
  hold: LaneHold,
  of: {
    sourceId: number;
    buckets: readonly number[];
    want: number;
    onlySystem?: boolean;
    /** Weights differ in one of the source's pools. System mail waits for nobody. */
    isWeighed?: boolean;
  },
): Promise<Taken> {
  if (!of.isWeighed || of.onlySystem) {
    return take(sql, messages, of.sourceId, (tx) =>
      reserve(tx, hold, of.buckets, of.want, of.onlySystem ?? false),
    );
  }
  let waits = false;
  const taken = await take(sql, messages, of.sourceId, async (tx) => {
    const turn = await readTurn(tx, hold, of.buckets, of.want);
    waits = turn.waits.length > 0;
    if (turn.isBlocked) return [];
    const claims = await reserve(tx, hold, of.buckets, turn.want, false, turn.waits);
    await noteTaken(tx, of.sourceId, claims);
    return claims;
  });
  return { ...taken, waits };
}

async function take(
  sql: Sql,
  messages: Messages,
  sourceId: number,
  claim: (tx: Parameters<typeof reserve>[0]) => Promise<Claim[]>,
): Promise<Taken> {
  let claims: Claim[] = [];
  let recipients: OpenRecipient[] = [];
  const began = performance.now();
  await sql.begin(async (tx) => {
    claims = await claim(tx);
    const opened = await open(tx, claims, { sourceId, workspaceOf: (id) => messages.campaign(id) });
    recipients = opened.recipients;
  });
  messages.metrics.claimed(recipients.length, performance.now() - began);
  return { claims, items: await prepare(messages, recipients) };
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
