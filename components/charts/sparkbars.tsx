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
