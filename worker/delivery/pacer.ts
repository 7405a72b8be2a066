import type { LaneChange } from "#core/delivery/lane-events.ts";
import { type Pace, type PaceLimits, stepUp } from "#core/mail/pacing/adapt.ts";
import type { Rate } from "#core/mail/pacing/gcra.ts";
import { type KeptMood, keepMood, wakeMood } from "#core/mail/pacing/mood.ts";
import { type LaneMood, type Reaction, reactToReply } from "#core/mail/pacing/react.ts";
import { advanceRecovery, recoveryConnections } from "#core/mail/pacing/recovery.ts";
import type { Classification } from "#core/mail/reply/types.ts";

/** After a lane was taken from a dead worker, its old connections may still be open over there. */
const HALF_MS = 60_000;

/** How fast one lane goes now: its limits, what replies made of them, and the way back. Says each change. */
export class Pacer {
  readonly #limits: PaceLimits;
  readonly #changed: (change: LaneChange) => void;
  #mood: LaneMood;
  #halfUntil: number;

  /** `isInherited`: its last owner was found dead a moment ago. `now` in ms since the epoch. */
  constructor(
    limits: PaceLimits,
    kept: KeptMood | null,
    isInherited: boolean,
    now: number,
    changed: (change: LaneChange) => void,
  ) {
    this.#limits = limits;
    this.#changed = changed;
    this.#mood = wakeMood(kept, limits, now);
    this.#halfUntil = isInherited ? now + HALF_MS : 0;
    if (kept?.recovery?.phase === "stopped") this.#say("climbing", null);
  }

  /** For the next owner; null where there is nothing to remember. */
  get kept(): KeptMood | null {
    return keepMood(this.#mood, this.#limits);
  }

  get messagesPerConnection(): number {
    return this.#mood.pace.messagesPerConnection;
  }

  get messagesPerSecond(): number {
    return Math.min(this.#mood.pace.messagesPerSecond, this.#limits.messagesPerSecond);
  }

  get rate(): Rate {
    const limit = this.#mood.pace.messagesPerSecond;
    return { limit, periodMs: 1_000, burst: Math.max(1, Math.floor(limit / 10)) };
  }

  /** Most connections at once. */
  connections(now: number): number {
    const most = recoveryConnections(this.#mood.recovery, this.#mood.pace.connections);
    return now < this.#halfUntil ? Math.ceil(most / 2) : most;
  }

  /** What a reply does to the lane; a suspension is the caller's to carry out. */
  react(classification: Classification, reply: string, now: number): Reaction["suspend"] {
    const before = this.#mood.pace;
    const { mood, suspend, slowed } = reactToReply(this.#mood, classification, now);
    this.#mood = mood;
    if (slowed) this.#moved("slowed", before, reply);
    return suspend;
  }

  /** The first mail on a connection was taken: coming back from a stop, that earns one connection more. */
  proved(now: number): void {
    const { recovery, pace } = this.#mood;
    if (recovery?.phase !== "climbing") return;
    const next = advanceRecovery(recovery, "accepted", now, pace.connections);
    this.#mood = { ...this.#mood, recovery: next };
    if (next === null) this.#say("recovered", null);
  }

  /** Additive increase, where an hour has passed without trouble. */
  tick(now: number): void {
    const before = this.#mood.pace;
    const pace = stepUp(before, now, this.#limits);
    if (!pace) return;
    this.#mood = { ...this.#mood, pace };
    this.#moved("raised", before, null);
  }

  #moved(kind: "slowed" | "raised", before: Pace, reply: string | null): void {
    this.#changed({ kind, detail: { before: plain(before), after: plain(this.#mood.pace) }, reply });
  }

  #say(kind: "climbing" | "recovered", reply: string | null): void {
    this.#changed({ kind, detail: {}, reply });
  }
}

const plain = ({ connections, messagesPerConnection, messagesPerSecond }: Pace) => ({
  connections,
  messagesPerConnection,
  messagesPerSecond,
});
