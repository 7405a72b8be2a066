/** One grey block in the place of something. Shows after 200 ms. */
export function Skeleton({ className = "h-4 w-32" }: { className?: string }) {
  return <div className={`skeleton ${className}`} aria-hidden="true" />;
}

/** The true layout of a list page while it loads. For `loading.tsx`. */
export function PageSkeleton({ rows = 8, panels = 0 }: { rows?: number; panels?: number }) {
  return (
    <div className="page" aria-busy="true">
      <p className="sr-only">Loading</p>
      <Skeleton className="mb-2 h-7 w-56" />
      <Skeleton className="mb-6 h-4 w-80 max-w-full" />
      <div className="stack">
        {Array.from({ length: panels }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the blocks are all alike
          <Skeleton key={index} className="h-40 w-full rounded-panel" />
        ))}
        {rows > 0 ? (
          <div className="panel grid gap-5 p-4">
            {Array.from({ length: rows }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
              <Skeleton key={index} className="h-4 w-full" />
            ))}
          </div>
        ) : null}
      </div>
    </div>
  );
}
