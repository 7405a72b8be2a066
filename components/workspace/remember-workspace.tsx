"use client";

import { useEffect } from "react";
import { lastWorkspaceCookie } from "./remember-workspace.ts";

/** Keeps in this browser which workspace was open last; `/` leads there. */
export function RememberWorkspace({ slug }: { slug: string }) {
  useEffect(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
    document.cookie = `${lastWorkspaceCookie}=${slug}; path=/; max-age=31536000; samesite=lax`;
  }, [slug]);
  return null;
}
