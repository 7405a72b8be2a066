import { BoundedMap } from "./memory.ts";
import type { Behaviours, Provider, ProviderLimits, Violation, ViolationKind } from "./types.ts";

const secondsOfBurst = 2;
const violationsKept = 1_000;
const sitesRemembered = 50_000;

interface Bucket {
  level: number;
  at: number;
}

/**
 * Counts what clients do against what a provider allows, from the receiver's side. Named providers count per client
 * address over all their hosts; small sites each for themselves.
 */
export class LimitKeeper {
  #behaviours: Behaviours;
  #open = new Map<string, number>();
  #peak = new Map<string, number>();
  #buckets = new BoundedMap<Bucket>(sitesRemembered);
  #counts = new Map<ViolationKind, number>();
  readonly violations: Violation[] = [];

  constructor(behaviours: Behaviours) {
    this.#behaviours = behaviours;
  }

  limitsOf(provider: Provider): ProviderLimits {
    const { limits } = this.#behaviours;
    return { ...provider.limits, ...limits["*"], ...limits[provider.name] };
  }

  get enforces(): boolean {
    return this.#behaviours.limitMode === "enforce";
  }

  get counts(): boolean {
    return this.#behaviours.limitMode !== "off";
  }

  /** Counts a connection in; returns whether it is one too many. */
  enter(key: string, limits: ProviderLimits): boolean {
    const now = (this.#open.get(key) ?? 0) + 1;
    this.#open.set(key, now);
    return this.counts && now > limits.connections;
  }

  /** Whether `key` still holds more connections than allowed. */
  crowded(key: string, limits: ProviderLimits): boolean {
    return this.counts && (this.#open.get(key) ?? 0) > limits.connections;
  }

  /** Notes how many connections `key` holds for good; kept as the peak of `provider` and client. */
  settle(key: string, peak: string): void {
    const now = this.#open.get(key) ?? 0;
    if (now > (this.#peak.get(peak) ?? 0)) this.#peak.set(peak, now);
  }

  leave(key: string): void {
    const now = (this.#open.get(key) ?? 1) - 1;
    if (now > 0) this.#open.set(key, now);
    else this.#open.delete(key);
  }

  /** Counts a message in; returns whether it comes too fast. `now` in milliseconds. */
  tooFast(key: string, limits: ProviderLimits, now: number): boolean {
    if (limits.perSecond === 0 || !this.counts) return false;
    const bucket = this.#buckets.get(key) ?? { level: 0, at: now };
    bucket.level = Math.max(0, bucket.level - ((now - bucket.at) / 1_000) * limits.perSecond);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.level + 1 > limits.perSecond * secondsOfBurst) return true;
    bucket.level += 1;
    return false;
  }

  record(violation: Violation): void {
    this.#counts.set(violation.kind, (this.#counts.get(violation.kind) ?? 0) + 1);
    if (this.violations.length < violationsKept) this.violations.push(violation);
  }

  get violationCounts(): Partial<Record<ViolationKind, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** The most connections that a client held at once to one provider or small site, by `provider client`. */
  get peakConnections(): Record<string, number> {
    return Object.fromEntries(this.#peak);
  }
}
