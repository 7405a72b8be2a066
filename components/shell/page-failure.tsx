"use client";

import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";

/** In place of a page that failed: what happened, what is safe, a retry, and the id under which the log tells why. */
export function PageFailure({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const router = useRouter();
  return (
    <div className="grid min-h-[60dvh] place-content-center">
      <h1 className="sr-only">This page did not load</h1>
      <EmptyState
        title="This page did not load"
        actions={
          <Button
            onClick={() =>
              // The page is asked of the server anew; without that, the same failure would be drawn again.
              startTransition(() => {
                router.refresh();
                reset();
              })
            }
          >
            Try again
          </Button>
        }
        proof={error.digest ? `Id for the log: ${error.digest}` : undefined}
      >
        Something in it failed. What was saved before is safe, and mail that is being sent goes on.
      </EmptyState>
    </div>
  );
}
