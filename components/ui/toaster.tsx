"use client";

import { Toast } from "@heroui/react/toast";

/** Where toasts appear. Once per shell. */
export function Toaster() {
  return <Toast.Provider placement="bottom" width={420} aria-label="Notices" />;
}
