import type { Metadata } from "next";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { LinkButton } from "#components/ui/link-button.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="grid min-h-[60dvh] place-content-center">
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        title="There is no page at this address"
        actions={<LinkButton href="/">Go to the start</LinkButton>}
      >
        It may have been removed, or it belongs to a workspace that you are not a member of.
      </EmptyState>
    </main>
  );
}
