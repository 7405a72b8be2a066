import { DataTable } from "#components/ui/data-table.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatNumber } from "#components/ui/format.ts";
import { Menu, type MenuItem } from "#components/ui/menu.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import type { TeamMember } from "#core/user/read.ts";

/** Everybody with an account, for administrators. */
export function TeamTable({
  users,
  selfId,
  disable,
  enable,
  changeAdministrator,
}: {
  users: TeamMember[];
  selfId: number;
  disable: FormAction;
  enable: FormAction;
  changeAdministrator: FormAction;
}) {
  return (
    <DataTable
      bare
      caption="People"
      rows={users}
      rowKey={(row) => row.userId}
      columns={[
        {
          key: "name",
          head: "Name",
          cell: (row) => (
            <span className="inline-flex flex-wrap items-center gap-2">
              {row.name}
              {row.userId === selfId ? <StatusChip>you</StatusChip> : null}
              {row.isAdministrator ? <StatusChip tone="accent">administrator</StatusChip> : null}
              {row.disabledAt ? <StatusChip tone="warning">disabled</StatusChip> : null}
            </span>
          ),
        },
        { key: "address", head: "Address", cell: (row) => <span className="break-all">{row.address}</span> },
        { key: "workspaces", head: "Workspaces", align: "end", cell: (row) => formatNumber(row.workspaces) },
        {
          key: "seen",
          head: "Last seen",
          quiet: true,
          cell: (row) => (row.lastSeenAt ? <Time at={row.lastSeenAt} zone="UTC" /> : "not yet"),
        },
        {
          key: "menu",
          head: "Actions",
          hideHead: true,
          align: "end",
          tight: true,
          cell: (row) =>
            row.userId === selfId ? null : (
              <Menu
                name={`Actions for ${row.name}`}
                size="small"
                items={itemsFor(row, { disable, enable, changeAdministrator })}
              />
            ),
        },
      ]}
    />
  );
}

function itemsFor(
  user: TeamMember,
  actions: { disable: FormAction; enable: FormAction; changeAdministrator: FormAction },
): MenuItem[] {
  const userId = String(user.userId);
  if (user.disabledAt) {
    return [
      {
        id: "enable",
        label: "Enable",
        action: actions.enable,
        values: { userId },
        success: `${user.name} can log in again.`,
      },
    ];
  }
  return [
    user.isAdministrator
      ? {
          id: "end",
          label: "End administration…",
          danger: true,
          confirm: {
            title: `End the administration of ${user.name}?`,
            children: "Memberships of workspaces stay.",
            action: actions.changeAdministrator,
            values: { userId, isAdministrator: "false" },
            confirmLabel: "End it",
            success: `${user.name} is no longer administrator.`,
          },
        }
      : {
          id: "make",
          label: "Make administrator…",
          confirm: {
            title: `Make ${user.name} administrator?`,
            children: "They can then change sources, domains and people, and make others administrator.",
            action: actions.changeAdministrator,
            values: { userId, isAdministrator: "true" },
            confirmLabel: "Make administrator",
            danger: false,
            success: `${user.name} is administrator now.`,
          },
        },
    {
      id: "disable",
      label: "Disable…",
      danger: true,
      confirm: {
        title: `Disable ${user.name}?`,
        children:
          "All sessions end at once and no log-in works. What they made stays, and you can enable them again.",
        action: actions.disable,
        values: { userId },
        confirmLabel: `Disable ${user.name}`,
        success: `${user.name} is disabled.`,
      },
    },
  ];
}
