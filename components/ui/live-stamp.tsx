"use client";

import { Clock, CloudOff } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { formatClock } from "./format.ts";
import { useLive } from "./use-live.ts";

/**
 * Keeps a page of server components up to date (refreshes it when the stream says something
 * changed) and shows when that last happened. `renderedAt` is when the server made the page.
 */
export function LiveStamp({
  url,
  zone,
  renderedAt,
  pollUrl,
}: {
  /** The stream; any message means "something changed". */
  url: string;
  zone: string;
  renderedAt: number;
  /** Asked by HEAD while the stream is broken; a page that answers 200. Default: this page. */
  pollUrl?: string;
}) {
  const router = useRouter();
  const [, start] = useTransition();
  const here = pollUrl ?? (typeof window === "undefined" ? url : window.location.href);
  const { live, lastAt } = useLive(url, () => start(() => router.refresh()), {
    pollUrl: here,
    since: renderedAt,
  });
  const at = new Date(Math.max(lastAt ?? 0, renderedAt));
  return (
    <span className="nums inline-flex items-center gap-1.5 text-help whitespace-nowrap text-muted">
      {live ? (
        <Clock className="icon" aria-hidden="true" />
      ) : (
        <CloudOff className="icon" aria-hidden="true" />
      )}
      {live ? `Updated ${formatClock(at, zone, true)}` : `Not live, last ${formatClock(at, zone)}`}
    </span>
  );
}
