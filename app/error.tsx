"use client";

import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";

export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <main className="grid min-h-[60dvh] place-content-center">
      <h1 className="sr-only">This page did not load</h1>
      <EmptyState
        title="This page did not load"
        actions={<Button onClick={reset}>Try again</Button>}
        proof={error.digest ? `Id for the log: ${error.digest}` : undefined}
      >
        Something in it failed. What was saved before is safe, and mail that is being sent goes on.
      </EmptyState>
    </main>
  );
}
