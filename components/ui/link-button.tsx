import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { type ButtonSize, type ButtonVariant, buttonClass } from "./button.tsx";
import { cx } from "./cx.ts";

/** A link that looks like a button: goes somewhere, changes nothing. */
export function LinkButton({
  variant,
  size,
  wide,
  icon,
  className,
  children,
  ...rest
}: ComponentProps<typeof Link> & {
  variant?: ButtonVariant;
  size?: ButtonSize;
  wide?: boolean;
  icon?: ReactNode;
}) {
  return (
    <Link {...rest} className={cx(buttonClass(variant, size, wide), className)}>
      {icon}
      {children}
    </Link>
  );
}
