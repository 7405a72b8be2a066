"use client";

import { Dropdown } from "@heroui/react/dropdown";
import { Ellipsis } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useState, useTransition } from "react";
import { type ButtonSize, type ButtonVariant, buttonClass } from "./button.tsx";
import { ConfirmDialog, type ConfirmProps } from "./confirm-dialog.tsx";
import { cx } from "./cx.ts";
import { type FormAction, refusalText } from "./form-types.ts";
import { showToast } from "./show-toast.ts";

export type MenuItem = {
  id: string;
  label: string;
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  /** Goes there. */
  href?: string;
  /** Runs at once, with `values` as its form. */
  action?: FormAction;
  values?: Record<string, string>;
  /** Toast when the action has no message of its own. */
  success?: string;
  /** Client code. */
  onSelect?: () => void;
  /** Opens this dialog, which runs its own action. Labels end in "…". */
  confirm?: Omit<ConfirmProps, "open" | "onOpenChange">;
};

/** A button with a list of links and acts. Acts that cannot be undone open their dialog. */
export function Menu({
  name,
  items,
  label,
  icon,
  variant = "secondary",
  size,
  placement = "bottom end",
  className,
}: {
  /** Name of the button where it has no visible label. */
  name: string;
  items: MenuItem[];
  label?: ReactNode;
  icon?: ReactNode;
  variant?: ButtonVariant;
  size?: ButtonSize;
  placement?: "bottom end" | "bottom start" | "top start" | "top end";
  className?: string;
}) {
  const router = useRouter();
  const [asked, setAsked] = useState<MenuItem | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [pending, start] = useTransition();

  function choose(id: string) {
    const item = items.find((each) => each.id === id);
    if (!item) return;
    setTrouble(null);
    if (item.confirm) return setAsked(item);
    if (item.href) return router.push(item.href);
    item.onSelect?.();
    const { action } = item;
    if (!action) return;
    const form = new FormData();
    for (const [key, value] of Object.entries(item.values ?? {})) form.set(key, value);
    start(async () => {
      const result = (await action(form)) ?? undefined;
      if (result?.ok === false) return setTrouble(refusalText(result));
      const message = result?.message ?? item.success;
      if (message) showToast(message, result?.undo ? { undo: result.undo } : {});
    });
  }

  return (
    <>
      <Dropdown>
        <Dropdown.Trigger
          aria-label={label ? undefined : name}
          isPending={pending}
          className={cx(buttonClass(variant, size), !label && "btn-icon", className)}
        >
          {icon ?? (label ? null : <Ellipsis className="icon" aria-hidden="true" />)}
          {label}
        </Dropdown.Trigger>
        <Dropdown.Popover placement={placement}>
          <Dropdown.Menu aria-label={name} onAction={(key) => choose(String(key))}>
            {items.map((item) => (
              <Dropdown.Item
                key={item.id}
                id={item.id}
                textValue={item.label}
                isDisabled={item.disabled ?? false}
                data-danger={item.danger || undefined}
              >
                {item.icon ? <span className="[&>svg]:size-4 text-muted">{item.icon}</span> : null}
                {item.label}
              </Dropdown.Item>
            ))}
          </Dropdown.Menu>
        </Dropdown.Popover>
      </Dropdown>
      {trouble ? (
        <p role="alert" className="basis-full text-help text-t-danger">
          {trouble}
        </p>
      ) : null}
      {asked?.confirm ? (
        <ConfirmDialog {...asked.confirm} open onOpenChange={(open) => (open ? null : setAsked(null))} />
      ) : null}
    </>
  );
}
