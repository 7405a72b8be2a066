"use client";

import { createContext, useContext } from "react";

export type FormState = { pending: boolean; errors: Record<string, string> };

export const FormContext = createContext<FormState>({ pending: false, errors: {} });

/** The error of one field in the surrounding ActionForm. */
export function useFieldError(name: string | undefined): string | undefined {
  const { errors } = useContext(FormContext);
  return name ? errors[name] : undefined;
}

/** True while the surrounding ActionForm waits for its answer. */
export function useFormPending(): boolean {
  return useContext(FormContext).pending;
}
