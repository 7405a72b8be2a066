"use client";

import { PageFailure } from "#components/shell/page-failure.tsx";

export default function PageError(props: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main>
      <PageFailure {...props} />
    </main>
  );
}
