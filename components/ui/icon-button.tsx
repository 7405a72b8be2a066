import type { ReactNode } from "react";
import { Button, type ButtonProps } from "./button.tsx";
import { cx } from "./cx.ts";

type IconButtonProps = Omit<ButtonProps, "children" | "icon" | "aria-label"> & {
  /** What it does; shown as a tooltip and read out. */
  name: string;
  icon: ReactNode;
  /** Which edge the tooltip keeps to, where the middle would be cut off. */
  tip?: "start" | "middle" | "end";
};

/** A button that is only an icon. It always has a name. */
export function IconButton({
  name,
  icon,
  tip,
  variant = "ghost",
  size,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Button
      {...rest}
      variant={variant}
      size={size}
      className={cx("btn-icon", className)}
      aria-label={name}
      data-tip={name}
      data-tip-side={tip}
      icon={icon}
    />
  );
}
