"use client";

import { toast } from "@heroui/react/toast";
import { Check } from "lucide-react";
import { createElement } from "react";
import { type ActionResult, refusalText } from "./form-types.ts";

/** Says what just worked, for 10 s. Trouble never comes as a toast; it stays where it is. */
export function showToast(message: string, options: { undo?: () => Promise<unknown>; undone?: string } = {}) {
  const { undo, undone = "Undone" } = options;
  const key = toast(message, {
    timeout: 10_000,
    indicator: createElement(Check, { className: "icon text-t-success", "aria-hidden": true }),
    ...(undo
      ? {
          actionProps: {
            children: "Undo",
            variant: "tertiary" as const,
            onPress: () => {
              toast.close(key);
              void undo().then((result) => {
                const refused = (result as ActionResult | undefined)?.ok === false;
                toast(refused ? `Not undone. ${refusalText(result as { reason: string })}` : undone, {
                  timeout: refused ? 10_000 : 4_000,
                });
              });
            },
          },
        }
      : {}),
  });
}
