/** Relative luminance of #rrggbb (WCAG 2, 1.4.3), or null if it is no colour. */
function luminance(colour: string): number | null {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour.trim());
  if (!match) return null;
  const [red, green, blue] = match.slice(1).map((part) => {
    const value = Number.parseInt(part, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * The brand colour with white text on it, if that has a contrast of 4.5 or more; else null, and
 * the page uses our own colours.
 */
export function readableBrand(
  brand: string | null | undefined,
): { background: string; foreground: string } | null {
  if (!brand) return null;
  const value = luminance(brand);
  if (value === null) return null;
  const withWhite = 1.05 / (value + 0.05);
  return withWhite >= 4.5 ? { background: brand, foreground: "#ffffff" } : null;
}
