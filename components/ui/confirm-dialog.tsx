"use client";

import { AlertDialog } from "@heroui/react/alert-dialog";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button, type ButtonProps } from "./button.tsx";
import { ActionForm } from "./form.tsx";
import type { FormAction } from "./form-types.ts";
import { SubmitButton } from "./submit-button.tsx";
import { TextField } from "./text-field.tsx";

/** Typed text counts as equal without regard to case and to marks that group digits. */
function sameText(typed: string, asked: string): boolean {
  const plain = (text: string) =>
    text
      .trim()
      .toLowerCase()
      .replace(/(?<=\d)[\s.,'’\u00a0\u202f](?=\d)/g, "");
  return plain(typed) === plain(asked);
}

export type ConfirmProps = {
  /** A question: "Cancel Friday Roast #48?". */
  title: string;
  /** What happens, to how many people, whether it can be undone. */
  children?: ReactNode;
  action: FormAction;
  values?: Record<string, string>;
  /** Names the act and its size: "Cancel for 12,427 people". */
  confirmLabel: string;
  /** The way out, focused first: "Keep sending". */
  cancelLabel?: string;
  danger?: boolean;
  /** Has to be typed before the act goes: a name, an address, a number. */
  typed?: { text: string; label: string };
  success?: string;
  reasons?: Record<string, string>;
  goTo?: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Asks before something that cannot be undone. Children may hold fields; they are sent along. */
export function ConfirmDialog({
  title,
  children,
  action,
  values,
  confirmLabel,
  cancelLabel = "Cancel",
  danger = true,
  typed,
  success,
  reasons,
  goTo,
  open,
  onOpenChange,
}: ConfirmProps) {
  const [text, setText] = useState("");
  const ready = !typed || sameText(text, typed.text);
  const close = () => {
    setText("");
    onOpenChange(false);
  };
  return (
    <AlertDialog.Backdrop
      isOpen={open}
      onOpenChange={(next) => (next ? null : close())}
      isKeyboardDismissDisabled={false}
    >
      <AlertDialog.Container size="md" placement="auto">
        <AlertDialog.Dialog className="sm:max-w-lg">
          <AlertDialog.Header>
            <AlertDialog.Heading>{title}</AlertDialog.Heading>
          </AlertDialog.Header>
          <ActionForm
            action={async (form) => {
              if (!ready) {
                return {
                  ok: false,
                  reason: "Not done",
                  fields: { typed: `This is not ${typed?.text} yet` },
                };
              }
              return action(form);
            }}
            {...(values ? { values } : {})}
            {...(success ? { success } : {})}
            {...(reasons ? { reasons } : {})}
            {...(goTo ? { goTo } : {})}
            onSuccess={close}
            className="mt-2"
          >
            {children ? <Body first={!danger}>{children}</Body> : null}
            {typed ? (
              <TextField
                name="typed"
                label={typed.label}
                help={
                  <>
                    Type <span className="font-mono text-foreground">{typed.text}</span>
                  </>
                }
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
              />
            ) : null}
            <div className="mt-1 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
              <Button variant="secondary" onClick={close} autoFocus>
                {cancelLabel}
              </Button>
              <SubmitButton variant={danger ? "danger" : "primary"}>{confirmLabel}</SubmitButton>
            </div>
          </ActionForm>
        </AlertDialog.Dialog>
      </AlertDialog.Container>
    </AlertDialog.Backdrop>
  );
}

/** What the dialog says. In a harmless one with fields the first field gets the focus. */
function Body({ first, children }: { first: boolean; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!first) return;
    const frame = requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus(),
    );
    return () => cancelAnimationFrame(frame);
  }, [first]);
  return (
    <div ref={box} className="grid gap-3 text-body text-muted">
      {children}
    </div>
  );
}

/** A button together with the dialog it opens. Its label ends in "…". */
export function ConfirmButton({
  label,
  icon,
  variant = "secondary",
  size,
  ...dialog
}: Omit<ConfirmProps, "open" | "onOpenChange"> & {
  label: ReactNode;
  icon?: ReactNode;
  variant?: ButtonProps["variant"];
  size?: ButtonProps["size"];
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant={variant} size={size} icon={icon} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {label}
      </Button>
      <ConfirmDialog {...dialog} open={open} onOpenChange={setOpen} />
    </>
  );
}
