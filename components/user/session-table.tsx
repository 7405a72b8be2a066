import { ActionButton } from "#components/ui/action-button.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import type { SessionRow } from "#core/user/read.ts";
import { describeBrowser } from "./describe-browser.ts";

/** Open sessions of one person, each with a way to end it. */
export function SessionTable({
  sessions,
  currentId,
  end,
}: {
  sessions: SessionRow[];
  currentId: string;
  end: FormAction;
}) {
  return (
    <DataTable
      bare
      caption="Sessions"
      rows={sessions}
      rowKey={(row) => row.id}
      columns={[
        { key: "browser", head: "Browser", cell: (row) => describeBrowser(row.userAgent) },
        { key: "ip", head: "From", quiet: true, cell: (row) => row.ip ?? "unknown" },
        {
          key: "seen",
          head: "Last seen",
          cell: (row) => <Time at={row.lastSeenAt} zone="UTC" />,
        },
        {
          key: "since",
          head: "Since",
          quiet: true,
          phone: "hide",
          cell: (row) => <Time at={row.createdAt} zone="UTC" />,
        },
        {
          key: "end",
          head: "End",
          hideHead: true,
          align: "end",
          cell: (row) =>
            row.id === currentId ? (
              <StatusChip tone="accent">this one</StatusChip>
            ) : (
              <ActionButton
                action={end}
                values={{ sessionId: row.id }}
                success="The session is ended."
                size="small"
              >
                End
              </ActionButton>
            ),
        },
      ]}
    />
  );
}
