import { countOf, formatMoment, formatNumber } from "#components/ui/format.ts";
import type { LaneRow } from "#core/lane/read.ts";

/** What a lane does now, or why it does nothing, in a sentence. The reason that reaches furthest is told: source, lane, mail. */
export function laneSentence(lane: LaneRow, now: Date): string {
  const moment = (date: Date) => `${formatMoment(date, "UTC", now)} UTC`;
  const waiting = countOf(lane.backlog, "waits", "wait");
  const { state, suspendedUntil, sourceState, backlog } = lane;
  if (suspendedUntil && lane.isSourceSuspended)
    return `Its whole source is suspended until ${moment(suspendedUntil)}: several receivers say that it is on a block list.`;
  if (suspendedUntil && state === "suspended")
    return `Suspended by the engine until ${moment(suspendedUntil)}. Then it tries again by itself.`;
  if (suspendedUntil && lane.isHeldForATime)
    return `Held by an administrator until ${moment(suspendedUntil)}. Then it sends again by itself.`;
  if (state === "draining")
    return "Its source is being drained: it takes nothing new here, and finishes what it holds.";
  if (sourceState !== "active" && !lane.heldAt)
    return `Its source is ${sourceState === "held" ? "held" : "drained"}: nothing leaves by it until somebody lets it send again.`;
  if (state === "held") return "Held by an administrator. Nothing leaves until it is released.";
  if (lane.isAvoided)
    return `${lane.source} sends nothing to ${lane.name}. That mail is for the other sources of its pools.`;
  if (state === "open") return `Sending: ${formatNumber(lane.pace)} accepted in the last minute, ${waiting}.`;
  if (lane.restUntil)
    return `Its warm-up or a quota has no room before ${moment(lane.restUntil)}. ${waiting}.`;
  return backlog > 0
    ? `${countOf(backlog, "waits for its turn", "wait for their turn")}.`
    : "No mail waits here.";
}
