"use client";

import { useRouter } from "next/navigation";
import { useKey } from "./use-key.ts";

/** `j` and `k` go to the next and the previous record of a list. */
export function RecordKeys({ next, previous }: { next?: string | null; previous?: string | null }) {
  const router = useRouter();
  useKey("j", () => next && router.push(next), Boolean(next));
  useKey("k", () => previous && router.push(previous), Boolean(previous));
  return null;
}
