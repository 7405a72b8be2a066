import { hostname } from "node:os";
import { readWarmth, type Warmth } from "#core/delivery/allowance.ts";
import { watchFallbacks } from "#core/delivery/fall-back.ts";
import { bucketsOfSource, lanesWithSystemMail, stoppedCampaigns } from "#core/delivery/lane-read.ts";
import {
  acquire,
  giveBackOrphans,
  ownedLanes,
  publishMetrics,
  release,
  reportLanes,
} from "#core/delivery/lease.ts";
import { RELAY_BUCKET } from "#core/delivery/types.ts";
import { wakeLanes } from "#core/delivery/wake-lanes.ts";
import { weighedSources } from "#core/delivery/weights.ts";
import { type Dns, dnsOf } from "#core/domain/dns.ts";
import { type LimitTable, limitsNow, readLimitTable } from "#core/limit/read.ts";
import type { Ctx } from "#core/platform/context.ts";
import type { Env } from "#core/platform/env.ts";
import { log } from "#core/platform/log.ts";
import { type EffectiveNetwork, effectiveNetwork, type NetworkRow } from "#core/platform/network.ts";
import type { Db, Sql } from "#db/client.ts";
import { type DialContext, HostMemory } from "./dial.ts";
import { Lane } from "./lane.ts";
import type { LaneHouse } from "./lane-house.ts";
import { Membership } from "./membership.ts";
import { Messages } from "./messages.ts";
import { Metrics } from "./metrics.ts";
import { Settler } from "./settler.ts";
import type { Timeouts } from "./smtp-types.ts";
import { changedSources, readSource } from "./source.ts";
import { Targets } from "./targets.ts";
import { type SourceTest, type SourceTestResult, testSource } from "./test-source.ts";

const TICK_MS = 1_000;
const SYSTEM_LOOK_MS = 250;
const PUBLISH_MS = 5_000;
const FALLBACK_MS = 2_000;
const ORPHANS_MS = 5_000;
/** On the way out, what is in flight may end for so long. */
const DRAIN_MS = 30_000;

/** Before the first look: nothing leaves the machine. */
const UNKNOWN_NETWORK = { network: "sandbox", hasOwnDns: false } as const;

const logger = log("engine");

export type EngineOptions = {
  db: Db;
  sql: Sql;
  /** One connection for the lease alone. */
  leaseSql: Sql;
  /** One for what became of mails: what waits behind the queries of many lanes is unwritten when the process dies. */
  factsSql: Sql;
  env: Env;
  timeouts?: Partial<Timeouts>;
  /** Hears of each mail that is started; how interleaving is measured. */
  onStart?: LaneHouse["onStart"];
};

/** All that delivers in one process: its membership, its lanes, and what they share. */
export class Engine implements LaneHouse {
  readonly sql: Sql;
  readonly settler: Settler;
  readonly messages: Messages;
  readonly targets: Targets;
  readonly membership: Membership;
  readonly metrics = new Metrics();
  readonly onStart: LaneHouse["onStart"];
  readonly #db: Db;
  readonly #env: Env;
  readonly #hosts = new HostMemory();
  readonly #timeouts: Partial<Timeouts> | undefined;
  readonly #lanes = new Map<number, { lane: Lane; done: Promise<void> }>();
  /** Lanes that are being asked for. */
  readonly #taking = new Set<number>();
  readonly #relayBuckets = new Map<number, number[]>();
  #warmth = new Map<number, Warmth>();
  #weighed: ReadonlySet<number> = new Set();
  #network: EffectiveNetwork | null = null;
  #dns: Dns | null = null;
  #stopping = false;
  #served = 0;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: EngineOptions) {
    const { db, sql, env } = options;
    this.#db = db;
    this.sql = sql;
    this.#env = env;
    this.#timeouts = options.timeouts;
    this.onStart = options.onStart;
    const settings = { appUrl: env.appUrl, secret: env.appSecret };
    const ctx: Ctx = { db, now: () => new Date(), actor: { kind: "system" }, settings };
    this.messages = new Messages(db, settings, this.metrics);
    this.targets = new Targets(sql, ctx, () => this.dns);
    this.settler = new Settler(options.factsSql, this.metrics, {
      stopped: (campaigns) => this.#putBack(campaigns),
      room: () => this.#goOn(),
    });
    this.membership = new Membership(
      options.leaseSql,
      { host: hostname(), pid: process.pid },
      { lost: () => this.#loseAll(), buried: () => void this.#wake().catch(sayLater) },
    );
  }

  get workerId(): number {
    return this.membership.workerId;
  }

  get dns(): Dns {
    if (!this.#dns) throw new Error("the network is not known yet");
    return this.#dns;
  }

  mayStart(): boolean {
    return this.membership.mayStart;
  }

  warmth(laneId: number): Warmth | undefined {
    return this.#warmth.get(laneId);
  }

  dialContext(): DialContext {
    return {
      hosts: this.#hosts,
      addresses: (host) => this.targets.addresses(host),
      dane: async (host) => this.dns.dane?.(host) ?? { kind: "none" },
      smtpPort: this.#network?.smtpPort ?? 25,
      certificates: this.#network?.certificates ?? "",
      network: this.#network ?? UNKNOWN_NETWORK,
      ...(this.#timeouts ? { timeouts: this.#timeouts } : {}),
    };
  }

  isWeighed(sourceId: number): boolean {
    return this.#weighed.has(sourceId);
  }

  /** Enrols this process. Throws where the database cannot be reached. */
  async start(): Promise<void> {
    await this.#readNetwork();
    this.#weighed = await weighedSources(this.sql);
    await this.membership.start([]);
    this.#every(TICK_MS, () => this.#tick());
    this.#every(SYSTEM_LOOK_MS, () => this.#lookForSystem());
    this.#every(PUBLISH_MS, () => this.#publish());
    this.#every(FALLBACK_MS, () => this.#watchFallbacks());
    this.#every(ORPHANS_MS, () => this.#giveBackOrphans());
  }

  /** Runs a lane to its end; returns at once where somebody else does, or nothing may be started. */
  async runLane(laneId: number): Promise<void> {
    if (this.#stopping || !this.membership.mayStart) return;
    if (this.#lanes.has(laneId) || this.#taking.has(laneId)) return;
    this.#taking.add(laneId);
    let taken: { lane: Lane; done: Promise<void> } | null;
    try {
      taken = await this.#take(laneId);
    } finally {
      this.#taking.delete(laneId);
    }
    if (!taken) return;
    try {
      await taken.done;
    } finally {
      this.#lanes.delete(laneId);
    }
  }

  async #take(laneId: number): Promise<{ lane: Lane; done: Promise<void> } | null> {
    const row = await acquire(this.sql, laneId, this.membership.workerId);
    if (!row) return null;
    const hold = { laneId, workerId: this.membership.workerId, epoch: row.epoch };
    const source = await readSource(this.sql, this.#env.appSecret, row.sourceId);
    const isRelay = row.bucket === RELAY_BUCKET;
    const limits = source?.relay
      ? { limits: source.relay.limits, revision: 0 }
      : limitsNow(await this.#limitTable(), row.bucket);
    const warmth = (await readWarmth(this.sql, [{ laneId, ...row }])).get(laneId);
    this.#stands(laneId, warmth);
    if (isRelay) this.#relayBuckets.set(row.sourceId, await bucketsOfSource(this.sql, row.sourceId));
    // Asked last: a drain finds a lane among those that run, or it does not begin.
    if (this.#stopping || !source) {
      await release(this.sql, hold, row.tat);
      return null;
    }
    const buckets = isRelay ? () => this.#relayBuckets.get(row.sourceId) ?? [] : () => [row.bucket];
    const lane = new Lane(this, row, source, limits, buckets);
    const taken = { lane, done: lane.run() };
    this.#lanes.set(laneId, taken);
    this.#served += 1;
    return taken;
  }

  /** Has one conversation over a source, heard line by line: the way of every mail, less the ledger. Never throws. */
  testSource(test: SourceTest): Promise<SourceTestResult> {
    const context = { ...this.dialContext(), hosts: new HostMemory(), onLine: test.onLine };
    const { sql, targets } = this;
    const limits = async (bucket: number) => limitsNow(await this.#limitTable(), bucket).limits;
    return testSource({ sql, secret: this.#env.appSecret, targets, context, limits }, test);
  }

  #limitTable(): Promise<LimitTable> {
    return readLimitTable({ db: this.#db });
  }

  /** Starts nothing more, finishes what is in flight, writes everything down, gives back the rest, and leaves. */
  async drain(): Promise<void> {
    this.#stopping = true;
    for (const { lane } of this.#lanes.values()) lane.drain();
    const breaking = setTimeout(() => {
      for (const { lane } of this.#lanes.values()) lane.breakOff();
    }, DRAIN_MS);
    await Promise.allSettled([...this.#lanes.values()].map(({ done }) => done));
    clearTimeout(breaking);
    await this.settler.flushed();
    this.settler.stop();
    for (const timer of this.#timers) clearInterval(timer);
    await this.membership.stop(this.#served);
  }

  #loseAll(): void {
    for (const { lane } of this.#lanes.values()) lane.lose();
  }

  #goOn(): void {
    for (const { lane } of this.#lanes.values()) lane.goOn();
  }

  #putBack(campaigns: readonly number[]): void {
    const stopped = new Set(campaigns);
    for (const { lane } of this.#lanes.values()) lane.putBack(stopped);
  }

  async #tick(): Promise<void> {
    await this.#readNetwork();
    this.#weighed = await weighedSources(this.sql);
    await this.#releaseForgotten();
    const lanes = [...this.#lanes.values()].map(({ lane }) => lane);
    if (lanes.length > 0) {
      const own = await reportLanes(
        this.sql,
        lanes.map((lane) => lane.news),
      );
      for (const lane of lanes) {
        const state = own.get(lane.hold.laneId);
        if (!state) lane.lose();
        else if (state.isHeld) lane.drain();
        else {
          if (state.isDraining) lane.wind();
          lane.tick();
        }
      }
      const warmth = await readWarmth(
        this.sql,
        lanes.map((lane) => ({ laneId: lane.hold.laneId, sourceId: lane.sourceId, bucket: lane.bucket })),
      );
      // One that was taken meanwhile is not among them, and knows how it stands.
      for (const { hold } of lanes) this.#stands(hold.laneId, warmth.get(hold.laneId));
      const changed = await changedSources(
        this.sql,
        lanes.map((lane) => lane.source),
      );
      for (const lane of lanes) if (changed.has(lane.sourceId)) lane.drain();
      await this.#keepLimits(lanes);
      const campaigns = new Set(lanes.flatMap((lane) => [...lane.hand.campaigns]));
      const stopped = await stoppedCampaigns(this.sql, [...campaigns]);
      if (stopped.length > 0) this.#putBack(stopped);
      for (const lane of lanes) {
        if (lane.bucket !== RELAY_BUCKET) continue;
        this.#relayBuckets.set(lane.sourceId, await bucketsOfSource(this.sql, lane.sourceId));
      }
    }
    await this.#wake();
  }

  /** Lanes whose limits were changed since they were taken end, and begin anew with what is set now. */
  async #keepLimits(lanes: readonly Lane[]): Promise<void> {
    const table = await this.#limitTable();
    for (const lane of lanes) {
      if (lane.source.relay || limitsNow(table, lane.bucket).revision === lane.limitsRevision) continue;
      lane.drain();
    }
  }

  /**
   * The database may have gone away while a lane was taken or given up, and the answer with it. Nobody else may have
   * such a lane while this worker lives.
   */
  async #releaseForgotten(): Promise<void> {
    for (const hold of await ownedLanes(this.sql, this.membership.workerId)) {
      if (this.#lanes.has(hold.laneId) || this.#taking.has(hold.laneId)) continue;
      if (await release(this.sql, hold, hold.tat))
        logger.warn({ laneId: hold.laneId }, "a lane was given up late");
    }
  }

  async #wake(): Promise<void> {
    if (this.#stopping) return;
    await wakeLanes(this.#db);
  }

  async #lookForSystem(): Promise<void> {
    const lanes = [...this.#lanes.values()].map(({ lane }) => lane);
    if (lanes.length === 0) return;
    const found = await lanesWithSystemMail(
      this.sql,
      lanes.map((lane) => ({ laneId: lane.hold.laneId, sourceId: lane.sourceId, bucket: lane.bucket })),
    );
    for (const id of found) this.#lanes.get(id)?.lane.lookForSystem();
  }

  async #publish(): Promise<void> {
    const lanes = [...this.#lanes.values()].map(({ lane }) => lane);
    const open = lanes.map(({ bucket, sourceId, connections }) => ({
      bucket,
      sourceId,
      open: connections.total,
    }));
    const metrics = await this.metrics.publish(open, this.settler.pending);
    await publishMetrics(this.sql, this.membership.workerId, metrics);
  }

  /** Pools whose own sources cannot carry their mail fall back to another, and return. */
  async #watchFallbacks(): Promise<void> {
    for (const { kind, ...change } of await watchFallbacks(this.sql)) logger.warn(change, `fallback ${kind}`);
  }

  async #giveBackOrphans(): Promise<void> {
    const n = await giveBackOrphans(this.sql);
    if (n > 0)
      logger.warn({ recipients: n }, "given back: a dead worker had them, at lanes that may not run now");
  }

  #stands(laneId: number, warmth: Warmth | undefined): void {
    if (warmth) this.#warmth.set(laneId, warmth);
    else this.#warmth.delete(laneId);
  }

  /** Which network mail leaves to; a switch on its page takes effect within a second. */
  async #readNetwork(): Promise<void> {
    const [row] = await this.sql<NetworkRow[]>`
      select network, sandbox_certificate as "sandboxCertificate" from installation`;
    const next = effectiveNetwork(this.#env, row ?? { network: "sandbox" });
    const before = this.#network;
    this.#network = next;
    if (before && JSON.stringify(next) === JSON.stringify(before)) return;
    this.#dns = dnsOf(next);
    if (before && JSON.stringify({ ...next, certificates: before.certificates }) === JSON.stringify(before))
      return;
    this.targets.clear();
    for (const { lane } of this.#lanes.values()) lane.drain();
    logger.info({ network: next.network, smtpPort: next.smtpPort, dnsServers: next.dnsServers }, "network");
  }

  /** Again and again, never twice at once; a failure is said and tried again. */
  #every(ms: number, work: () => Promise<void>): void {
    let isRunning = false;
    this.#timers.push(
      setInterval(() => {
        if (isRunning) return;
        isRunning = true;
        work()
          .catch(sayLater)
          .finally(() => {
            isRunning = false;
          });
      }, ms),
    );
  }
}

function sayLater(error: unknown): void {
  logger.warn({ err: error }, "a regular look failed; trying again");
}
