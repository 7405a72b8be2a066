import Link from "next/link";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { Menu } from "#components/ui/menu.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import type { SenderRow } from "#core/sender/read.ts";

/** Senders with the standing of their domain; `actions` for owners. */
export function SenderTable({
  senders,
  domainsHref,
  actions,
}: {
  senders: SenderRow[];
  /** For administrators: where the domain's records are. */
  domainsHref: string | null;
  actions: { makeDefault: FormAction; remove: FormAction } | null;
}) {
  return (
    <DataTable
      bare
      caption="Senders"
      rows={senders}
      rowKey={(row) => row.id}
      empty={<EmptyState title="No senders yet">Campaigns need a name and an address to be from.</EmptyState>}
      columns={[
        {
          key: "name",
          head: "Name",
          cell: (row) => (
            <span className="inline-flex flex-wrap items-center gap-2">
              {row.name}
              {row.isDefault ? <StatusChip tone="accent">default</StatusChip> : null}
            </span>
          ),
        },
        { key: "address", head: "Address", cell: (row) => <span className="break-all">{row.address}</span> },
        {
          key: "replyTo",
          head: "Replies to",
          quiet: true,
          phone: "hide",
          cell: (row) => row.replyTo ?? "the address",
        },
        { key: "domain", head: "Domain", cell: (row) => <Standing row={row} domainsHref={domainsHref} /> },
        {
          key: "menu",
          head: "Actions",
          hideHead: true,
          align: "end",
          tight: true,
          cell: (row) => actions && !row.isDefault && <RowMenu row={row} actions={actions} />,
        },
      ]}
    />
  );
}

function Standing({ row, domainsHref }: { row: SenderRow; domainsHref: string | null }) {
  const dkim = row.checks.find((check) => check.record === "dkim");
  const chip =
    dkim?.verdict === "ok" ? (
      <StatusChip tone="success">signed</StatusChip>
    ) : dkim?.verdict === "could-not-ask" || !row.checkedAt ? (
      <StatusChip>not checked yet</StatusChip>
    ) : (
      <StatusChip tone="warning">record missing</StatusChip>
    );
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      {domainsHref ? (
        <Link className="ink-link" href={`${domainsHref}/${row.domain}`}>
          {row.domain}
        </Link>
      ) : (
        row.domain
      )}
      {chip}
    </span>
  );
}

function RowMenu({
  row,
  actions,
}: {
  row: SenderRow;
  actions: { makeDefault: FormAction; remove: FormAction };
}) {
  const values = { senderId: String(row.id) };
  return (
    <Menu
      name={`Actions for ${row.name}`}
      size="small"
      items={[
        {
          id: "default",
          label: "Make default",
          action: actions.makeDefault,
          values,
          success: `${row.name} is the default sender.`,
        },
        {
          id: "remove",
          label: "Remove…",
          danger: true,
          confirm: {
            title: `Remove ${row.name}, ${row.address}?`,
            children: "New campaigns cannot use it. Campaigns already sent keep it.",
            action: actions.remove,
            values,
            confirmLabel: "Remove the sender",
            success: "The sender is removed.",
          },
        },
      ]}
    />
  );
}
