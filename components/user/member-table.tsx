import { DataTable } from "#components/ui/data-table.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { Menu } from "#components/ui/menu.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import type { Member } from "#core/user/read.ts";
import { ROLE_CAN, WORKSPACE_ROLES } from "#core/user/types.ts";

/** Members with their roles in words; `actions` for owners. */
export function MemberTable({
  members,
  zone,
  selfId,
  actions,
}: {
  members: Member[];
  zone: string;
  selfId: number;
  actions: { changeRole: FormAction; remove: FormAction } | null;
}) {
  return (
    <DataTable
      bare
      caption="People"
      rows={members}
      rowKey={(row) => row.userId}
      columns={[
        {
          key: "name",
          head: "Name",
          cell: (row) => (
            <span className="inline-flex flex-wrap items-center gap-2">
              {row.name}
              {row.userId === selfId ? <StatusChip>you</StatusChip> : null}
              {row.disabledAt ? <StatusChip tone="warning">disabled</StatusChip> : null}
            </span>
          ),
        },
        { key: "address", head: "Address", cell: (row) => <span className="break-all">{row.address}</span> },
        {
          key: "role",
          head: "Role",
          cell: (row) => (
            <>
              <span className="font-medium capitalize">{row.role}</span>
              <span className="text-muted max-md:hidden">: {ROLE_CAN[row.role]}</span>
            </>
          ),
        },
        {
          key: "seen",
          head: "Last seen",
          quiet: true,
          cell: (row) => (row.lastSeenAt ? <Time at={row.lastSeenAt} zone={zone} /> : "not yet"),
        },
        {
          key: "menu",
          head: "Actions",
          hideHead: true,
          align: "end",
          tight: true,
          cell: (row) => actions && <RowMenu member={row} actions={actions} />,
        },
      ]}
    />
  );
}

function RowMenu({
  member,
  actions,
}: {
  member: Member;
  actions: { changeRole: FormAction; remove: FormAction };
}) {
  const userId = String(member.userId);
  return (
    <Menu
      name={`Actions for ${member.name}`}
      size="small"
      items={[
        ...WORKSPACE_ROLES.filter((role) => role !== member.role).map((role) => ({
          id: role,
          label: `Make ${role}`,
          action: actions.changeRole,
          values: { userId, role },
          success: `${member.name} is ${role} now.`,
        })),
        {
          id: "remove",
          label: "Remove…",
          danger: true,
          confirm: {
            title: `Remove ${member.name} from this workspace?`,
            children: "It holds from their next click. What they made stays.",
            action: actions.remove,
            values: { userId },
            confirmLabel: `Remove ${member.name}`,
            success: `${member.name} is no longer in this workspace.`,
          },
        },
      ]}
    />
  );
}
