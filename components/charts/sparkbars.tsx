/** Small bars inside a table or a line of text; the number itself stands beside them. */
export function Sparkbars({
  values,
  label,
  colour = "var(--o-accepted)",
  width = 72,
  height = 20,
}: {
  values: number[];
  /** What they say, read out: "Accepted per day, 14 days, at most 1,204". */
  label: string;
  colour?: string;
  width?: number;
  height?: number;
}) {
  const most = Math.max(...values, 1);
  const step = width / Math.max(values.length, 1);
  return (
    <svg width={width} height={height} role="img" aria-label={label} className="flex-none">
      {values.map((value, index) => {
        const size = value > 0 ? Math.max(1.5, (value / most) * height) : 0.75;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={index}
            x={index * step}
            y={height - size}
            width={Math.max(1, step - 1)}
            height={size}
            fill={value > 0 ? colour : "var(--border)"}
          />
        );
      })}
    </svg>
  );
}

/** How engaged somebody is, from 0 to 5, as in the table of subscribers. */
export function Engagement({ level }: { level: number }) {
  return (
    <span role="img" aria-label={`Engagement ${level} of 5`} className="inline-flex gap-0.5 align-middle">
      {[1, 2, 3, 4, 5].map((each) => (
        <span
          key={each}
          aria-hidden="true"
          className="h-3 w-1 rounded-[1px] forced-colors:border"
          style={{ background: each <= level ? "var(--o-accepted)" : "var(--default)" }}
        />
      ))}
    </span>
  );
}
