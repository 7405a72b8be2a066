"use client";

import { formatClock } from "#components/ui/format.ts";
import type { StoredDraft } from "./types.ts";
import { othersLine, useMeeting } from "./use-meeting.ts";

/** Who else has the draft open, and whose change this page took over last, in the line below the name. */
export function Company({
  urls,
  onNews,
  followed,
  zone,
}: {
  urls: { meet: string; live: string };
  onNews: (news: { state: string; revision: number }) => void;
  followed: StoredDraft | null;
  zone: string;
}) {
  const others = useMeeting(urls, onNews);
  const took = followed
    ? `Shows what ${followed.by ?? "somebody"} saved at ${formatClock(new Date(followed.savedAt), zone)}.`
    : "";
  return <span aria-live="polite">{[took, othersLine(others)].filter(Boolean).join(" ")}</span>;
}
