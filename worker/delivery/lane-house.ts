import type { Warmth } from "#core/delivery/allowance.ts";
import type { OpenRecipient } from "#core/delivery/open.ts";
import type { LaneHold } from "#core/delivery/reserve.ts";
import type { Quota } from "#core/mail/pacing/quota.ts";
import type { Sql } from "#db/client.ts";
import type { DialContext } from "./dial.ts";
import type { LaneConnections } from "./lane-connections.ts";
import type { LaneHand } from "./lane-hand.ts";
import type { LaneReplies } from "./lane-replies.ts";
import type { Messages } from "./messages.ts";
import type { Settler } from "./settler.ts";
import type { Source } from "./source.ts";
import type { Targets } from "./targets.ts";

/** What a lane needs of its worker. */
export type LaneHouse = {
  sql: Sql;
  settler: Settler;
  messages: Messages;
  targets: Targets;
  workerId: number;
  mayStart(): boolean;
  dialContext(): DialContext;
  /** How a lane stands to warm-up; undefined: it has nothing to do with it. */
  warmth(laneId: number): Warmth | undefined;
  /** Whether a source shares a pool with others of another weight. */
  isWeighed(sourceId: number): boolean;
  /** Hears of each mail that is started, in order. */
  onStart?: ((laneId: number, recipient: OpenRecipient) => void) | undefined;
};

/** running; winding: takes nothing new; draining: starts nothing more; lost: another owns it. */
export type Mode = "running" | "winding" | "draining" | "lost";

/** What the parts of a lane know of it. */
export type LaneSelf = {
  readonly hold: LaneHold;
  readonly bucket: number;
  readonly sourceId: number;
  readonly source: Source;
  /** Key of the provider that its bucket is, else null. */
  readonly provider: string | null;
  readonly mode: Mode;
  /** What it shares with other lanes, and may take no more of than all together. */
  readonly quotas: readonly Quota[];
  readonly connections: LaneConnections;
  readonly hand: LaneHand;
  readonly replies: LaneReplies;
  drain(): void;
  /** Looks at its work again now, or in so many ms. */
  pump(): void;
  pumpIn(ms: number): void;
};
