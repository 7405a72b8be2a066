"use client";

import { toast } from "@heroui/react/toast";

/** Says what just worked, for 10 s. Trouble never comes as a toast; it stays where it is. */
export function showToast(message: string, options: { undo?: () => Promise<unknown>; undone?: string } = {}) {
  const { undo, undone = "Undone" } = options;
  const key = toast(message, {
    timeout: 10_000,
    ...(undo
      ? {
          actionProps: {
            children: "Undo",
            variant: "tertiary" as const,
            onPress: () => {
              toast.close(key);
              void undo().then(() => toast(undone, { timeout: 4_000 }));
            },
          },
        }
      : {}),
  });
}
