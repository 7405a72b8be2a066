import type { MailRecord, Violation } from "#worker/sandbox/types.ts";
import { ARRIVES_MS, type Blow, LEASE_MS } from "./blows.ts";

/** Outcomes that a worker may have unwritten before its lanes wait (`FULL_AT` of its settler). */
export const UNWRITTEN = 250;
/** The last sign of life may be so old when somebody is stopped: the time between two, and a slow database. */
const BEAT_MS = 4_000;

const PAST_LEASE = "stand still past the lease";

export type Judged = {
  /** Who has to have got their mail and has not, or the other way round. */
  lost: string[];
  /** Where the ledger says what is not so. */
  untrue: string[];
  copies: number;
  /** Copies that nothing that was done accounts for. */
  unexplained: string[];
  /** People who got mails that a receiver cannot tell for copies. */
  otherIds: number;
  /** As many copies as there may be, by what was in flight each time. */
  inFlight: number;
  /** Blows at which more was in flight than a worker may have. */
  tooMuch: string[];
};

/** Compares what receivers took with what the ledger says, given what was done to the workers meanwhile. */
export function judge(
  log: readonly MailRecord[],
  rows: readonly { address: string; state: string }[],
  blows: readonly Blow[],
): Judged {
  const taken = Map.groupBy(log.filter(isTaken), (mail) => mail.address);
  const lost: string[] = [];
  const untrue: string[] = [];
  // That those who wait stand in one place each was looked at every second.
  for (const { address, state } of rows) {
    const has = taken.has(address);
    const habit = /\+(\w+)@/.exec(address)?.[1] ?? null;
    if (state === "w" || (habit === null && !(state === "a" && has) && !(state === "d" && !has)))
      lost.push(`${address} ${state}`);
    if ((state === "a" && !has) || (state === "b" && has) || (state === "x" && habit === null))
      untrue.push(`${address} ${state}`);
    if (habit === "unknown" && state !== "b") untrue.push(`${address} ${state}`);
  }
  let copies = 0;
  let otherIds = 0;
  const unexplained: string[] = [];
  for (const [address, mails] of taken) {
    copies += mails.length - 1;
    if (new Set(mails.map((mail) => mail.messageId)).size > 1) otherIds += 1;
    const causes = blows.filter((one) => one.inHand.has(address));
    for (let i = 1; i < mails.length; i++) {
      const [first, second] = [mails[i - 1]?.at ?? 0, mails[i]?.at ?? 0];
      const cause = causes.findIndex((one) => first <= one.end && second >= one.at);
      if (cause < 0) unexplained.push(`${address} at ${first} and ${second}`);
      else causes.splice(cause, 1);
    }
  }
  const inFlightOf = (one: Blow) =>
    [...one.inHand].filter((address) => taken.get(address)?.some(({ at }) => at <= one.at + ARRIVES_MS))
      .length;
  // Who stood still past the lease finishes afterwards what was on its connections, beside the new owner.
  const mayDouble = (one: Blow) =>
    one.what === PAST_LEASE ? Math.min(one.inHand.size, one.open + UNWRITTEN) : inFlightOf(one);
  const cut = blows.filter(isCut);
  return {
    lost,
    untrue,
    copies,
    unexplained,
    otherIds,
    inFlight: cut.reduce((sum, one) => sum + mayDouble(one), 0),
    tooMuch: cut
      .filter((one) => one.inHand.size > 0 && inFlightOf(one) > mostInFlight(one))
      .map((one) => `${one.what}: ${inFlightOf(one)} of ${mostInFlight(one)}`),
  };
}

/** On its connections, and taken but not written down. */
export const mostInFlight = ({ open, victims }: Blow): number => open + victims * UNWRITTEN;

/** Nothing more came of what it held. Who stands still for a short time goes on with it, so that all of it may arrive. */
export const isCut = ({ what }: Blow): boolean => what !== "stand still";

/**
 * A process that stands still keeps its connections, and whoever takes its lanes over opens others: receivers count both.
 * Whether that is what one saw.
 */
export const isBesideStill = (violation: Violation, blows: readonly Blow[]): boolean =>
  violation.kind === "connections" &&
  blows.some(
    ({ what, at, end }) =>
      what === PAST_LEASE && violation.at > at + LEASE_MS - BEAT_MS && violation.at < end,
  );

/** `at`: when something was done to the engine, ms since the epoch. `open`: connections that receivers had then. */
export type Fault = { at: number; open: number };

/** How many got their mail more than once, who got none, and how long before a fault the first of each pair came. */
export function tally(
  records: readonly MailRecord[],
  addresses: readonly string[],
  faults: readonly Fault[],
) {
  const wanted = new Set(addresses);
  const byAddress = Map.groupBy(
    records.filter((mail) => wanted.has(mail.address) && isTaken(mail)),
    (mail) => mail.address,
  );
  const lost = addresses.filter((address) => !byAddress.has(address));
  let copies = 0;
  let otherIds = 0;
  let earliestMs = 0;
  for (const mails of byAddress.values()) {
    copies += mails.length - 1;
    if (new Set(mails.map((mail) => mail.messageId)).size > 1) otherIds += 1;
    for (const mail of mails.slice(0, -1)) {
      const next = faults.find((fault) => fault.at >= mail.at - 1_000);
      if (next) earliestMs = Math.max(earliestMs, next.at - mail.at);
    }
  }
  return { lost, copies, otherIds, earliestMs: Math.round(earliestMs) };
}

/** It got there, as far as its receiver knows. */
const isTaken = (mail: MailRecord): boolean =>
  mail.outcome === "accepted" || mail.outcome === "dropped-after-dot";
