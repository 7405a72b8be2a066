import { ActionButton } from "#components/ui/action-button.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { Time } from "#components/ui/time.tsx";
import type { InvitationRow } from "#core/user/read.ts";

/** Invitations that nobody has accepted yet. */
export function InvitationTable({
  invitations,
  zone,
  revoke,
}: {
  invitations: InvitationRow[];
  zone: string;
  revoke: FormAction;
}) {
  return (
    <DataTable
      bare
      caption="Open invitations"
      rows={invitations}
      rowKey={(row) => row.id}
      columns={[
        { key: "address", head: "Address", cell: (row) => <span className="break-all">{row.address}</span> },
        { key: "role", head: "Role", cell: (row) => row.role ?? "administrator" },
        {
          key: "sent",
          head: "Sent",
          quiet: true,
          cell: (row) => <Time at={row.createdAt} zone={zone} />,
        },
        {
          key: "until",
          head: "Works until",
          quiet: true,
          cell: (row) => <Time at={row.expiresAt} zone={zone} />,
        },
        {
          key: "revoke",
          head: "Take back",
          hideHead: true,
          align: "end",
          cell: (row) => (
            <ActionButton
              action={revoke}
              values={{ invitationId: String(row.id) }}
              success="The invitation no longer works."
              size="small"
            >
              Take back
            </ActionButton>
          ),
        },
      ]}
    />
  );
}
