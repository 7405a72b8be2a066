import { CalendarClock, Check, CircleSlash, Pause, PencilLine, Send } from "lucide-react";
import type { ComponentProps } from "react";
import { StatusChip } from "#components/ui/status-chip.tsx";
import type { CampaignState } from "#core/campaign/types.ts";

const STATES: Record<
  CampaignState,
  { word: string; icon: typeof Send; tone: ComponentProps<typeof StatusChip>["tone"] }
> = {
  draft: { word: "Draft", icon: PencilLine, tone: "neutral" },
  scheduled: { word: "Scheduled", icon: CalendarClock, tone: "accent" },
  sending: { word: "Sending", icon: Send, tone: "accent" },
  paused: { word: "Paused", icon: Pause, tone: "warning" },
  finished: { word: "Finished", icon: Check, tone: "success" },
  cancelled: { word: "Cancelled", icon: CircleSlash, tone: "neutral" },
};

/** The state of a campaign in one word. */
export function CampaignStateChip({ state }: { state: CampaignState }) {
  const { word, icon: Icon, tone } = STATES[state];
  return (
    <StatusChip tone={tone} icon={<Icon />}>
      {word}
    </StatusChip>
  );
}
