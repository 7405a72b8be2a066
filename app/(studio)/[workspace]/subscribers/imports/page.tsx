import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { ImportTable } from "#components/import/import-table.tsx";
import { UploadFile } from "#components/import/upload-file.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { listImports } from "#core/import/read.ts";
import { hasRole } from "#core/platform/context.ts";

export const metadata: Metadata = { title: "Imports" };

export default async function Page({ params }: PageProps<"/[workspace]/subscribers/imports">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const path = `/${workspace.slug}/subscribers/imports`;
  const rows = await listImports(ctx);
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Subscribers", href: `/${workspace.slug}/subscribers` }, { label: "Imports" }]}
        title="Import people"
      />
      <div className="stack">
        {hasRole(ctx.role, "marketer") ? (
          <Panel title="A new import" className="max-w-3xl">
            <UploadFile path={path} />
          </Panel>
        ) : null}
        <Panel title="Imports so far" flush>
          <ImportTable rows={rows} path={path} zone={workspace.timeZone} />
        </Panel>
      </div>
    </div>
  );
}
