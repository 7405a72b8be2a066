import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { BulkTable } from "#components/bulk/bulk-table.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listBulkActs } from "#core/bulk/read.ts";

export const metadata: Metadata = { title: "Changes" };

export default async function Page({ params }: PageProps<"/[workspace]/subscribers/changes">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const path = `/${workspace.slug}/subscribers`;
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Subscribers", href: path }, { label: "Changes" }]}
        title="Changes to many people"
        subtitle="Each can be undone for 30 days, an erasure never."
      />
      <BulkTable rows={await listBulkActs(ctx)} path={`${path}/changes`} zone={workspace.timeZone} />
    </div>
  );
}
