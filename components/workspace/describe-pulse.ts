import type { Pulse } from "#components/shell/mail-pulse.tsx";
import { countOf, formatMoment, formatNumber, formatPace } from "#components/ui/format.ts";
import type { PulseNumbers } from "#core/delivery/pulse.ts";

/** The pulse in words. `slug` null: for pages of an administrator, which lead to Lanes. */
export function describePulse(
  pulse: PulseNumbers,
  place: { slug: string | null; zone: string; now: Date },
): Pulse {
  const { slug, zone, now } = place;
  const moment = (at: Date) => formatMoment(at, zone, now);
  const next = pulse.next ? `Next: ${moment(pulse.next.at)}, ${pulse.next.name}` : undefined;
  const waiting = pulse.waiting > 0 ? `${formatNumber(pulse.waiting)} waiting` : undefined;
  const detail = [waiting, next].filter(Boolean).join(". ") || undefined;
  const toCampaign = (id: number | null | undefined) =>
    slug === null ? "/admin/lanes" : `/${slug}/campaigns${id ? `/${id}` : ""}`;

  if (!pulse.sendingAllowed) {
    const since = pulse.sendingStoppedAt ? ` since ${moment(pulse.sendingStoppedAt)}` : "";
    return { state: "stopped", text: `Sending is off${since}`, detail, href: toCampaign(null) };
  }
  if (pulse.heldSince) {
    const text = `Held by an administrator since ${moment(pulse.heldSince)}`;
    return { state: "held", text, detail, href: toCampaign(pulse.liveCampaignId) };
  }
  if (pulse.live > 0) {
    const text =
      pulse.acceptedPerMinute > 0
        ? `Sending ${formatPace(pulse.acceptedPerMinute)}`
        : pulse.hasSource
          ? pulse.nextTryAt && pulse.nextTryAt > now
            ? `Sending, next try ${moment(pulse.nextTryAt)}`
            : "Sending, none accepted in the last minute"
          : "Waiting: there is no source yet";
    return {
      state: pulse.hasSource ? "sending" : "held",
      text,
      detail,
      href: toCampaign(pulse.live === 1 ? pulse.liveCampaignId : null),
    };
  }
  if (pulse.paused > 0) {
    const text = `${countOf(pulse.paused, "campaign", "campaigns")} paused`;
    return { state: "held", text, detail, href: toCampaign(null) };
  }
  return { state: "idle", text: "Nothing to send", detail: next, href: toCampaign(pulse.next?.id) };
}
