"use client";

import type { ComponentProps } from "react";
import { ConfirmButton } from "./confirm-dialog.tsx";

/** A button that opens a short form. Children are the fields. Focus starts at Cancel; Tab leads into it. */
export function FormDialog(props: Omit<ComponentProps<typeof ConfirmButton>, "danger" | "typed">) {
  return <ConfirmButton {...props} danger={false} />;
}
