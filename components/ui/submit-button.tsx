"use client";

import { useFormStatus } from "react-dom";
import { Button, type ButtonProps } from "./button.tsx";
import { useFormPending } from "./form-context.ts";

/** A submit button that shows that its form is on its way. Works in ActionForm and in a plain form. */
export function SubmitButton({ variant = "primary", ...props }: ButtonProps) {
  const { pending } = useFormStatus();
  const formPending = useFormPending();
  return (
    <Button {...props} type="submit" variant={variant} pending={props.pending || pending || formPending} />
  );
}
