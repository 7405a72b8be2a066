"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Banner } from "#components/ui/banner.tsx";
import type { FormAction } from "#components/ui/form-types.ts";

/** "Starts in 20 s, take it back." Looks again by itself when the time has come. */
export function TakeBack({
  startsAt,
  campaignId,
  action,
  when,
}: {
  startsAt: string;
  campaignId: number;
  action: FormAction | null;
  when: string;
}) {
  const router = useRouter();
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => {
    const tick = () => {
      const seconds = Math.ceil((Date.parse(startsAt) - Date.now()) / 1000);
      setLeft(seconds);
      if (seconds <= 0) router.refresh();
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [startsAt, router]);
  const soon = left !== null && left < 120;
  return (
    <Banner
      tone="info"
      title={soon ? (left > 0 ? `Starts in ${left} s.` : "Starts now.") : `Scheduled for ${when}.`}
      actions={
        action ? (
          <ActionButton
            action={action}
            values={{ campaignId: String(campaignId) }}
            success="Taken back. It is a draft again."
          >
            Take it back
          </ActionButton>
        ) : undefined
      }
    >
      The audience is counted again then, and frozen.
    </Banner>
  );
}
