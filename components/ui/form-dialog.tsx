"use client";

import type { ComponentProps } from "react";
import { ConfirmButton } from "./confirm-dialog.tsx";

/** A button that opens a short form. Children are the fields; the first gets the focus. */
export function FormDialog(props: Omit<ComponentProps<typeof ConfirmButton>, "danger" | "typed">) {
  return <ConfirmButton {...props} danger={false} />;
}
