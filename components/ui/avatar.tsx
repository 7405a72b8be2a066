/** The first letters of the first and last word. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** Initials in a circle; decoration beside a name. */
export function Avatar({ name, size = 24 }: { name: string; size?: number }) {
  return (
    <span
      aria-hidden="true"
      className="inline-grid flex-none place-content-center rounded-full bg-default font-semibold"
      style={{ width: size, height: size, fontSize: Math.round(size * 0.42), lineHeight: 1 }}
    >
      {initials(name)}
    </span>
  );
}
