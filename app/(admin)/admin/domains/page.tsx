import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { GuardedTable } from "#components/recipient-domain/guarded-table.tsx";
import { DomainChip } from "#components/sender-domain/verdict.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Time } from "#components/ui/time.tsx";
import { listGuardedDomains } from "#core/domain/read.ts";
import { listSenderDomains } from "#core/sender-domain/read.ts";

export const metadata: Metadata = { title: "Domains" };

export default async function Page() {
  const { ctx } = await requireAdministrator();
  return (
    <div className="page">
      <PageHeader
        title="Domains"
        subtitle="The domains that sign mail, each with a key of its own, and those of receivers that ask for encryption."
      />
      <div className="stack">
        <Panel title="Sender domains" description="Each signs the mail of its senders" flush>
          <DataTable
            bare
            caption="Sender domains"
            rows={await listSenderDomains(ctx)}
            rowKey={(row) => row.id}
            rowHref={(row) => `/admin/domains/${row.name}`}
            empty={
              <EmptyState title="No domains yet">
                A domain comes with the first sender that uses it, under a workspace's settings.
              </EmptyState>
            }
            columns={[
              { key: "name", head: "Domain", cell: (row) => row.name },
              { key: "records", head: "Records", cell: (row) => <DomainChip checks={row.checks} /> },
              { key: "workspace", head: "Used by", cell: (row) => row.workspace ?? "every workspace" },
              {
                key: "checked",
                head: "Checked",
                quiet: true,
                cell: (row) => (row.checkedAt ? <Time at={row.checkedAt} zone="UTC" /> : "never"),
              },
            ]}
          />
        </Panel>
        <GuardedTable rows={await listGuardedDomains(ctx)} />
      </div>
    </div>
  );
}
