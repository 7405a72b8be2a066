"use client";

import { type ThemeChoice, themeCookie } from "./theme.ts";

/** Applies a theme to this page at once and keeps it for a year. */
export function setTheme(choice: ThemeChoice) {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser we support
  document.cookie = `${themeCookie}=${choice}; path=/; max-age=31536000; samesite=lax`;
}

/** The theme chosen now, from the page itself. */
export function currentTheme(): ThemeChoice {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}
