"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useState, useTransition } from "react";
import { Button, type ButtonSize, type ButtonVariant } from "./button.tsx";
import { type FormAction, refusalText } from "./form-types.ts";
import { showToast } from "./show-toast.ts";

/** Runs a server action at once. For what can be undone; a refusal is said beside the button. */
export function ActionButton({
  action,
  values,
  success,
  reasons,
  goTo,
  variant,
  size,
  icon,
  children,
}: {
  action: FormAction;
  values?: Record<string, string>;
  success?: string;
  reasons?: Record<string, string>;
  goTo?: string;
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: ReactNode;
  children: ReactNode;
}) {
  const router = useRouter();
  const [pending, start] = useTransition();
  const [trouble, setTrouble] = useState<string | null>(null);
  function run() {
    if (pending) return;
    setTrouble(null);
    const form = new FormData();
    for (const [key, value] of Object.entries(values ?? {})) form.set(key, value);
    start(async () => {
      const result = (await action(form)) ?? undefined;
      if (result?.ok === false) return setTrouble(refusalText(result, reasons));
      const message = result?.message ?? success;
      if (message) showToast(message, result?.undo ? { undo: result.undo } : {});
      if (goTo) router.push(goTo);
    });
  }
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Button variant={variant} size={size} icon={icon} pending={pending} onClick={run}>
        {children}
      </Button>
      {trouble ? (
        <span role="alert" className="text-help text-t-danger">
          {trouble}
        </span>
      ) : null}
    </span>
  );
}
