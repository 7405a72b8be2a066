import { type Behaviours, type NaturalShare, naturalShares } from "./types.ts";

const minutes = 60_000;

/** A believable audience: mostly fine, with the few per cent that make delivery a craft. */
const naturalWorld: Behaviours = {
  shares: {
    unknown: 0.012,
    full: 0.003,
    overquota: 0.001,
    defer: 0.005,
    blocked: 0.001,
    slow: 0.003,
    dropbefore: 0.0005,
    dropafter: 0.0002,
    dsn: 0.003,
    complain: 0.0006,
    open: 0.31,
    click: 0.045,
    unsubscribe: 0.002,
    missingDomain: 0.003,
    nullMx: 0.001,
  },
  greylistingSites: 0.12,
  greylistMs: minutes,
  slowMs: 4_000,
  deferTimes: 2,
  paceMs: 0,
  later: {
    dsn: [5_000, 40_000],
    complain: [20_000, 3 * minutes],
    open: [5_000, 10 * minutes],
    prefetch: [2_000, 30_000],
    click: [3_000, 60_000],
    scan: [500, 5_000],
    unsubscribe: [20_000, 5 * minutes],
  },
  limits: {},
  limitMode: "enforce",
  graceMs: 250,
  tls: true,
  idleMs: 5 * minutes,
};

/** What a caller may set of `Behaviours`; the rest is the world's own. */
export type BehaviourOverrides = Partial<Omit<Behaviours, "shares" | "later">> & {
  shares?: Partial<Behaviours["shares"]>;
  later?: Partial<Behaviours["later"]>;
};

/**
 * The behaviours of a world: `natural` has the shares of real audiences; in `quiet` everybody accepts and nobody
 * does anything unless the address asks for it by a tag.
 */
export function behavioursOf(world: "natural" | "quiet", overrides: BehaviourOverrides = {}): Behaviours {
  const none = Object.fromEntries(naturalShares.map((name) => [name, 0])) as Record<NaturalShare, number>;
  const base = world === "quiet" ? { ...naturalWorld, shares: none, greylistingSites: 0 } : naturalWorld;
  return {
    ...base,
    ...overrides,
    shares: { ...base.shares, ...overrides.shares },
    later: { ...base.later, ...overrides.later },
  };
}
