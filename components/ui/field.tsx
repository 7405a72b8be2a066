"use client";

import { CircleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";
import { cx } from "./cx.ts";
import { useFieldError } from "./form-context.ts";

export type FieldProps = {
  name?: string | undefined;
  label: ReactNode;
  /** Below the control; gives way to the error. */
  help?: ReactNode;
  error?: string | undefined;
  /** The label is only read out. */
  hideLabel?: boolean | undefined;
  optional?: boolean | undefined;
  className?: string | undefined;
};

export type ControlProps = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };

/** Label above, help below, error in its place. The control gets id and aria attributes. */
export function Field({
  name,
  label,
  help,
  error,
  hideLabel,
  optional,
  className,
  children,
}: FieldProps & { children: (control: ControlProps) => ReactNode }) {
  const id = useId();
  const formError = useFieldError(name);
  const message = error ?? formError;
  const note = message || help ? `${id}-note` : undefined;
  return (
    <div className={cx("grid min-w-0 gap-1.5", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "w-fit text-table font-medium text-foreground"}>
        {label}
        {optional ? <span className="font-normal text-muted"> optional</span> : null}
      </label>
      {children({
        id,
        ...(note ? { "aria-describedby": note } : {}),
        ...(message ? { "aria-invalid": true as const } : {}),
      })}
      <FieldNote id={note} error={message} help={help} />
    </div>
  );
}

/** The line below a control. */
export function FieldNote({
  id,
  error,
  help,
}: {
  id: string | undefined;
  error: string | undefined;
  help: ReactNode;
}) {
  if (error)
    return (
      <p id={id} className="flex items-start gap-1.5 text-help text-t-danger">
        <CircleAlert className="mt-px size-4 flex-none" strokeWidth={1.75} aria-hidden="true" />
        {error}
      </p>
    );
  return help ? (
    <div id={id} className="text-help text-muted">
      {help}
    </div>
  ) : null;
}
