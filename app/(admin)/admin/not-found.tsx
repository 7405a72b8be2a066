import type { Metadata } from "next";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { LinkButton } from "#components/ui/link-button.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <div className="grid min-h-[60dvh] place-content-center">
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        title="There is nothing at this address"
        actions={<LinkButton href="/admin/deliverability">Go to Deliverability</LinkButton>}
      >
        It may have been removed since the link was made: a source, a lane without mail, or one of the
        sandbox's older mails. Nothing was changed.
      </EmptyState>
    </div>
  );
}
