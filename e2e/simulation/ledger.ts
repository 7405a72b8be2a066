import type { Chance } from "#db/demo/random.ts";
import { alternate } from "#worker/delivery/rules.ts";
import { Heap } from "./clock.ts";
import { type Campaign, type CampaignPlan, type FinalState, type Item, STATES } from "./types.ts";

/** As in core/delivery/reserve.ts. */
const STREAMS_A_BATCH = 8;

type Stream = {
  campaign: Campaign;
  next: number;
  last: number;
  served: number;
  /** Turns that each other stream has had since this one's last. */
  passedBy: Map<Stream, number>;
};
type Due = { campaign: Campaign; seq: number };

/** The ledger's promises in memory: streams with cursors, due rows, and what reserve.ts does with them in SQL. */
export class Ledger {
  readonly campaigns: Campaign[] = [];
  /** Most turns that one peer had between two turns of a stream with mail ahead. */
  longestWait = 0;
  /** When the last one ahead of a cursor was taken, by campaign and bucket. */
  readonly doneAt = new Map<string, number>();
  readonly #streams = new Map<number, Stream[]>();
  readonly #due = new Map<number, Heap<Due>>();
  readonly #pinned = new Map<string, Heap<Due>>();
  readonly #waiting = new Map<number, number>();
  #claimed = 0;
  #turn = 0;

  launch(plan: CampaignPlan, byBucket: ReadonlyMap<number, number>): Campaign {
    const size = [...byBucket.values()].reduce((sum, n) => sum + n, 0);
    const campaign: Campaign = {
      id: this.campaigns.length,
      launchAt: plan.launchAt,
      expiresAt: plan.expiresAt,
      size,
      state: new Uint8Array(size),
      attempts: new Uint8Array(size),
      firstAt: new Float64Array(size),
      copies: new Uint8Array(size),
      left: size,
      finishedAt: size === 0 ? plan.launchAt : null,
    };
    let next = 0;
    for (const [bucket, n] of byBucket) {
      const stream = { campaign, next, last: next + n - 1, served: -1, passedBy: new Map() };
      this.#streams.set(bucket, [...(this.#streams.get(bucket) ?? []), stream]);
      this.#wait(bucket, n);
      next += n;
    }
    this.campaigns.push(campaign);
    return campaign;
  }

  /** Recipients of a bucket that nobody has in hands. */
  waiting(bucket: number): number {
    return this.#waiting.get(bucket) ?? 0;
  }

  /** When the next one's own turn comes for this source. */
  nextDueAt(bucket: number, source: number): number {
    return Math.min(
      this.#heap(this.#due, bucket).firstAt,
      this.#heap(this.#pinned, `${bucket} ${source}`).firstAt,
    );
  }

  reserve(bucket: number, source: number, want: number, now: number, chance: Chance): Item[] {
    const live = (this.#streams.get(bucket) ?? []).filter(
      (stream) => stream.next <= stream.last && stream.campaign.expiresAt > now,
    );
    this.#streams.set(bucket, live);
    const groups = new Map<Campaign, Item[]>();
    const hour = Math.floor(now / 3_600_000);
    const take = (campaign: Campaign, seq: number) => {
      const group = groups.get(campaign);
      const item = { campaign, seq, bucket, hour };
      if (group) group.push(item);
      else groups.set(campaign, [item]);
    };
    const room = live.length > 0 ? Math.floor(want * 0.5 + chance.next()) : want;
    let taken = 0;
    for (const heap of [this.#heap(this.#pinned, `${bucket} ${source}`), this.#heap(this.#due, bucket)]) {
      for (; taken < room && heap.firstAt <= now; taken++) {
        const row = heap.pop() as Due;
        take(row.campaign, row.seq);
      }
    }
    const head = live.toSorted((a, b) => a.served - b.served).slice(0, STREAMS_A_BATCH);
    const g = want - taken;
    for (const [i, stream] of head.entries()) {
      const share = Math.floor(g / head.length) + (i < g % head.length ? 1 : 0);
      const n = Math.min(stream.last - stream.next + 1, share);
      if (n <= 0) continue;
      for (let k = 0; k < n; k++) take(stream.campaign, stream.next++);
      taken += n;
      if (stream.next > stream.last) this.doneAt.set(`${stream.campaign.id} ${bucket}`, now);
      this.#serve(stream, live);
    }
    this.#wait(bucket, -taken);
    this.#claimed += taken;
    return alternate([...groups.values()]);
  }

  /** Goes back without an attempt. */
  giveBack(item: Item, at: number): void {
    this.#park(item, at, null);
  }

  defer(item: Item, at: number, pinnedTo: number | null): void {
    item.campaign.state[item.seq] = STATES.indexOf("deferred");
    this.#park(item, at, pinnedTo);
  }

  finish(item: Item, state: FinalState, now: number): void {
    this.#claimed -= 1;
    this.#end(item.campaign, item.seq, state, now);
  }

  /** At a campaign's own end, all that nobody has in hands expires. */
  expire(campaign: Campaign, now: number): void {
    for (const [bucket, streams] of this.#streams) {
      for (const stream of streams) {
        if (stream.campaign !== campaign) continue;
        this.#wait(bucket, -(stream.last - stream.next + 1));
        while (stream.next <= stream.last) this.#end(campaign, stream.next++, "expired", now);
      }
    }
    for (const [bucket, heap] of [...this.#due, ...this.#pinned]) {
      const rows = heap.drain((row) => row.campaign === campaign);
      this.#wait(typeof bucket === "number" ? bucket : Number(bucket.split(" ")[0]), -rows.length);
      for (const row of rows) this.#end(campaign, row.seq, "expired", now);
    }
  }

  /** The invariant: who has no final state is ahead of a cursor, due, or in a lane's hands. */
  isWhole(): boolean {
    const open = this.campaigns.reduce((sum, campaign) => sum + campaign.left, 0);
    const counted = this.campaigns.reduce(
      (sum, campaign) => sum + campaign.state.reduce((n, state) => n + (state < 2 ? 1 : 0), 0),
      0,
    );
    const waiting = [...this.#waiting.values()].reduce((sum, n) => sum + n, 0);
    return open === counted && open === waiting + this.#claimed;
  }

  #end(campaign: Campaign, seq: number, state: FinalState, now: number): void {
    if ((campaign.state[seq] as number) >= 2) throw new Error("a final state is for good");
    campaign.state[seq] = STATES.indexOf(state);
    campaign.left -= 1;
    if (campaign.left === 0) campaign.finishedAt = now;
  }

  #park(item: Item, at: number, pinnedTo: number | null): void {
    const { campaign, seq, bucket } = item;
    this.#claimed -= 1;
    this.#wait(bucket, 1);
    const heap =
      pinnedTo === null ? this.#heap(this.#due, bucket) : this.#heap(this.#pinned, `${bucket} ${pinnedTo}`);
    heap.push(at, { campaign, seq });
  }

  #serve(stream: Stream, peers: readonly Stream[]): void {
    stream.served = this.#turn++;
    stream.passedBy.clear();
    for (const peer of peers) {
      if (peer === stream || peer.next > peer.last) continue;
      const turns = (peer.passedBy.get(stream) ?? 0) + 1;
      peer.passedBy.set(stream, turns);
      this.longestWait = Math.max(this.longestWait, turns);
    }
  }

  #wait(bucket: number, n: number): void {
    this.#waiting.set(bucket, this.waiting(bucket) + n);
  }

  #heap<K>(heaps: Map<K, Heap<Due>>, key: K): Heap<Due> {
    const heap = heaps.get(key) ?? new Heap<Due>();
    heaps.set(key, heap);
    return heap;
  }
}
