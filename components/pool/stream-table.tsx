import type { ReactNode } from "react";
import { DataTable } from "#components/ui/data-table.tsx";
import { Panel } from "#components/ui/panel.tsx";
import type { StreamRow } from "#core/pool/list-streams.ts";

const KINDS = { campaigns: "Campaigns", system: "Confirmations, resets, invitations" } as const;

/** What carries each kind of mail of each workspace and in whose name, and how to keep the kinds apart. */
export function StreamTable({ rows, actions }: { rows: StreamRow[]; actions?: ReactNode }) {
  return (
    <Panel
      title="Which mail goes which way"
      description="Addresses and domains are judged by all that comes from them"
      flush
      actions={actions}
    >
      <DataTable
        bare
        caption="Which mail goes which way"
        rows={rows}
        rowKey={(row) => `${row.workspaceId} ${row.stream}`}
        columns={[
          { key: "workspace", head: "Workspace", cell: (row) => row.workspace },
          { key: "stream", head: "Mail", cell: (row) => KINDS[row.stream] },
          {
            key: "pool",
            head: "Pool",
            cell: (row) => (row.isOwn ? row.pool : `${row.pool}, with its campaigns`),
          },
          {
            key: "domains",
            head: "Signed as",
            cell: (row) =>
              row.domains.length === 0 ? (
                "nobody yet: it has no sender"
              ) : (
                <span>
                  {row.domains.map((domain) => (
                    <span key={domain.name} className="block">
                      {domain.name}{" "}
                      <span className="font-mono text-muted">{domain.dkimSelector}._domainkey</span>
                    </span>
                  ))}
                </span>
              ),
          },
        ]}
      />
      <div className="border-separator border-t p-4">
        <p className="max-w-[75ch] text-help text-muted">
          To keep a campaign that goes wrong away from confirmations, give each its own pool and its own
          subdomain: news.your-domain for campaigns, and as the workspace's default sender one at
          mail.your-domain, which all system mail is sent from. Each subdomain has its own DKIM key, and its
          own return path at bounces. before its name; one DMARC record at your-domain serves both.
        </p>
      </div>
    </Panel>
  );
}
