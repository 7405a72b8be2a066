import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { LimitTable } from "#components/limit/limit-table.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listLimits } from "#core/limit/read.ts";

export const metadata: Metadata = { title: "Providers" };

export default async function Page() {
  const { ctx } = await requireAdministrator();
  return (
    <div className="page">
      <PageHeader
        title="Providers"
        subtitle="What each lane may do at most: one source to one provider. Replies lower it from there, and it climbs back. A relay has the limits that are set at its source."
      />
      <LimitTable rows={await listLimits(ctx)} />
    </div>
  );
}
