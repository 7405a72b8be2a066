"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState, useTransition } from "react";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Banner } from "#components/ui/banner.tsx";
import type { FormAction } from "#components/ui/form-types.ts";

const LOOK_AGAIN_MS = 1_500;

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
  const [isLooking, look] = useTransition();
  const isDue = left !== null && left <= 0;
  useEffect(() => {
    const tick = () => setLeft(Math.ceil((Date.parse(startsAt) - Date.now()) / 1000));
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [startsAt]);
  useEffect(() => {
    if (!isDue || isLooking) return;
    // Once more a while after each answer, never on top of one: the page counts the audience.
    const timer = setTimeout(() => look(() => router.refresh()), LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isDue, isLooking, router]);
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
