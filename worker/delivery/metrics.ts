import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { OutcomeKind } from "#core/delivery/settle.ts";
import { RELAY_BUCKET } from "#core/delivery/types.ts";
import { bucketKind, bucketName } from "#core/mail/provider/bucket.ts";

/** Seconds: from half a millisecond, where rendering is, to what only an ailing database needs. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * What this process measures of its delivery, and of itself (event loop, memory, processor). Nobody asks a worker over
 * the network: it publishes its numbers with its place among the living, and the web process hands them out.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #outcomes: Counter<"provider" | "source" | "outcome">;
  readonly #claims: Histogram;
  readonly #claimed: Counter;
  readonly #flushes: Histogram;
  readonly #renders: Histogram;
  readonly #connections: Gauge<"provider" | "source">;
  readonly #unwritten: Gauge;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#outcomes = new Counter({
      name: "lettermill_outcomes_total",
      help: "What became of tries, by provider and source. `back` was not tried.",
      labelNames: ["provider", "source", "outcome"],
      registers,
    });
    const seconds = { buckets: SECONDS, registers };
    this.#claims = new Histogram({
      name: "lettermill_claim_seconds",
      help: "Taking a batch of recipients from the ledger: reserve, open, commit. Empty looks are not counted.",
      ...seconds,
    });
    this.#claimed = new Counter({
      name: "lettermill_claimed_total",
      help: "Recipients taken from the ledger.",
      registers,
    });
    this.#flushes = new Histogram({
      name: "lettermill_settle_seconds",
      help: "Writing one flush of outcomes into the ledger.",
      ...seconds,
    });
    this.#renders = new Histogram({
      name: "lettermill_render_seconds",
      help: "Making one message: Liquid, links, MIME and the signature.",
      ...seconds,
    });
    this.#connections = new Gauge({
      name: "lettermill_connections",
      help: "SMTP connections that are open or being opened.",
      labelNames: ["provider", "source"],
      registers,
    });
    this.#unwritten = new Gauge({
      name: "lettermill_outcomes_unwritten",
      help: "Outcomes that are not in the database yet: what a crash now would send again.",
      registers,
    });
  }

  outcome(bucket: number, sourceId: number, outcome: OutcomeKind): void {
    this.#outcomes.inc({ provider: nameOf(bucket), source: String(sourceId), outcome });
  }

  claimed(recipients: number, ms: number): void {
    if (recipients === 0) return;
    this.#claims.observe(ms / 1_000);
    this.#claimed.inc(recipients);
  }

  settled(ms: number): void {
    this.#flushes.observe(ms / 1_000);
  }

  rendered(ms: number): void {
    this.#renders.observe(ms / 1_000);
  }

  /** All of it as it is now. `lanes`: those that run here, with their open connections. */
  async publish(
    lanes: Iterable<{ bucket: number; sourceId: number; open: number }>,
    unwritten: number,
  ): Promise<object[]> {
    this.#connections.reset();
    for (const { bucket, sourceId, open } of lanes)
      this.#connections.inc({ provider: nameOf(bucket), source: String(sourceId) }, open);
    this.#unwritten.set(unwritten);
    return this.#registry.getMetricsAsJSON();
  }
}

/** All shards are one: which of sixteen a small site fell into means nothing. */
function nameOf(bucket: number): string {
  if (bucket === RELAY_BUCKET) return "relay";
  if (bucketKind(bucket) === "shard") return "small sites";
  return bucketName(bucket);
}
