import type { CSSProperties, ReactNode } from "react";
import { readableBrand } from "./brand.ts";

/**
 * The frame of pages for subscribers: the workspace's name, logo and colour, nothing of ours.
 * No script, no cookie. A brand colour that is too pale for text is replaced by ink.
 */
export function PublicShell({
  name,
  logoUrl,
  brand,
  wide,
  footer,
  children,
}: {
  name: string;
  logoUrl?: string | null;
  /** #rrggbb. */
  brand?: string | null;
  /** For the archive and the view in the browser. */
  wide?: boolean;
  /** Postal address, where the consent came from. */
  footer?: ReactNode;
  children: ReactNode;
}) {
  const colour = readableBrand(brand);
  return (
    <div
      className="public"
      style={
        colour
          ? ({ "--brand": colour.background, "--brand-foreground": colour.foreground } as CSSProperties)
          : undefined
      }
    >
      <div className={wide ? "mx-auto w-full max-w-3xl" : "mx-auto w-full max-w-md"}>
        <header className="flex items-center gap-2.5">
          {logoUrl ? (
            // biome-ignore lint/performance/noImgElement: the file is the workspace's own, of any size
            <img src={logoUrl} alt="" className="h-9 w-auto max-w-40 rounded-control object-contain" />
          ) : (
            <span aria-hidden="true" className="brand-mark">
              {name.trim()[0]?.toUpperCase() ?? "?"}
            </span>
          )}
          <span className="text-public font-semibold">{name}</span>
        </header>
        <main className="mt-8 grid grid-cols-[minmax(0,1fr)] gap-5">{children}</main>
        {footer ? <footer className="mt-10 text-body leading-relaxed text-muted">{footer}</footer> : null}
      </div>
    </div>
  );
}
