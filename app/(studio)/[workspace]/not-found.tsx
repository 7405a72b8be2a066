import type { Metadata } from "next";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { LinkButton } from "#components/ui/link-button.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <div className="grid min-h-[60dvh] place-content-center">
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        title="This workspace has nothing at this address"
        actions={<LinkButton href="/">Go to the start</LinkButton>}
      >
        It may have been removed since the link was made, or it belongs to another workspace. Nothing was
        changed.
      </EmptyState>
    </div>
  );
}
