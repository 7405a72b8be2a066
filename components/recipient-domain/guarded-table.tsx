import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Time } from "#components/ui/time.tsx";
import type { GuardedDomainRow } from "#core/domain/read.ts";

/** Recipient domains that ask for encryption. */
export function GuardedTable({ rows }: { rows: GuardedDomainRow[] }) {
  return (
    <Panel
      title="Receivers that ask for encryption"
      description="By a policy (MTA-STS) or by DNS (DANE), as their domains publish it"
      flush
    >
      <DataTable
        bare
        caption="Receivers that ask for encryption"
        rows={rows}
        rowKey={(row) => row.name}
        rowHref={(row) => `/admin/domains/${row.name}`}
        empty={
          <EmptyState title="None yet">
            A domain comes here when somebody at it is mailed and it has a policy (MTA-STS) or signed TLSA
            records (DANE).
          </EmptyState>
        }
        columns={[
          { key: "name", head: "Domain", cell: (row) => row.name },
          { key: "asks", head: "Asks for", cell: asksFor },
          { key: "since", head: "Since", quiet: true, cell: (row) => <Time at={row.since} zone="UTC" /> },
        ]}
      />
    </Panel>
  );
}

function asksFor({ mode, hasPolicy, hasDane }: GuardedDomainRow): string {
  const policy = hasPolicy ? `policy, ${mode === null ? "could not be read" : WORDS[mode]}` : "";
  return [hasDane ? "proof by DNS" : "", policy].filter(Boolean).join("; ");
}

const WORDS = { enforce: "enforced", testing: "only tested", none: "taken back" };
