import { DataTable } from "#components/ui/data-table.tsx";
import { formatPeople } from "#components/ui/format.ts";
import { Time } from "#components/ui/time.tsx";
import type { WorkspaceRow } from "#core/workspace/read.ts";

/** All workspaces for administrators; those they are in open by their name. */
export function WorkspaceTable({ workspaces }: { workspaces: WorkspaceRow[] }) {
  return (
    <DataTable
      bare
      caption="Workspaces"
      rows={workspaces}
      rowKey={(row) => row.id}
      rowHref={(row) => (row.role ? `/${row.slug}` : null)}
      columns={[
        { key: "name", head: "Name", cell: (row) => row.name },
        { key: "slug", head: "Address", cell: (row) => <span className="font-mono">/{row.slug}</span> },
        { key: "members", head: "Members", cell: (row) => formatPeople(row.members) },
        { key: "role", head: "Your role", cell: (row) => row.role ?? "not a member" },
        {
          key: "since",
          head: "Since",
          quiet: true,
          cell: (row) => <Time at={row.createdAt} zone="UTC" as="day" />,
        },
      ]}
    />
  );
}
