import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cx } from "./cx.ts";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger" | "danger-ghost";
export type ButtonSize = "small" | "medium";

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** Default "secondary"; at most one "primary" per view. */
  variant?: ButtonVariant | undefined;
  /** "small" is 32 px for toolbars, "medium" 36 px for forms. Both are 44 px on touch. */
  size?: ButtonSize | undefined;
  wide?: boolean | undefined;
  icon?: ReactNode;
  /** Shows a turning ring and takes no further presses; the button keeps its focus. */
  pending?: boolean | undefined;
};

/** The class of a button, for links and triggers that look like one. */
export function buttonClass(variant: ButtonVariant = "secondary", size: ButtonSize = "medium", wide = false) {
  return cx("btn", `btn-${variant}`, size === "small" && "btn-small", wide && "btn-wide");
}

/** A button. Names the act and its size ("Unsubscribe 3 people"). */
export function Button({
  variant,
  size,
  wide,
  icon,
  pending,
  className,
  children,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={cx(buttonClass(variant, size, wide), className)}
      data-pending={pending || undefined}
      aria-disabled={pending || rest["aria-disabled"]}
    >
      {pending ? <span className="spin" aria-hidden="true" /> : icon}
      {children}
    </button>
  );
}
