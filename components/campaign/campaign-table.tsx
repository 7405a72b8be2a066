import { Copy, PencilLine, Trash2 } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { DataTable } from "#components/ui/data-table.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatNumber } from "#components/ui/format.ts";
import { Menu } from "#components/ui/menu.tsx";
import type { PagerProps } from "#components/ui/pager.tsx";
import { Time } from "#components/ui/time.tsx";
import type { CampaignListRow } from "#core/campaign/read-list.ts";
import { CampaignStateChip } from "./campaign-state-chip.tsx";
import { LiquidText } from "./liquid-text.tsx";

/** Campaigns with what became of them. */
export function CampaignTable({
  rows,
  path,
  zone,
  canWrite,
  duplicate,
  remove,
  pager,
  empty,
}: {
  rows: CampaignListRow[];
  /** `/<workspace>/campaigns` */
  path: string;
  zone: string;
  canWrite: boolean;
  duplicate: FormAction;
  remove: FormAction;
  pager: PagerProps;
  empty: ReactNode;
}) {
  const number = (row: CampaignListRow, value: number, query: string) =>
    row.audience === null ? (
      <span className="text-muted">–</span>
    ) : (
      <Link className="ink-link" href={`${path}/${row.id}${query}`}>
        {formatNumber(value)}
      </Link>
    );
  return (
    <DataTable
      caption="Campaigns"
      rows={rows}
      rowKey={(row) => row.id}
      // Of what waits for its time, people want to know when and to whom, and to take it back.
      rowHref={(row) => `${path}/${row.id}${row.state === "scheduled" ? "/review" : ""}`}
      columns={[
        {
          key: "name",
          head: "Campaign",
          cell: (row) => (
            <span className="grid min-w-0">
              <span className="truncate">{row.name}</span>
              {row.subject ? (
                <span className="truncate text-help font-normal text-muted">
                  <LiquidText text={row.subject} />
                </span>
              ) : null}
            </span>
          ),
        },
        { key: "state", head: "State", cell: (row) => <CampaignStateChip state={row.state} /> },
        { key: "when", head: "When", quiet: true, cell: (row) => <Time at={row.at} zone={zone} /> },
        {
          key: "audience",
          head: "Audience",
          align: "end",
          cell: (row) => number(row, row.audience ?? 0, "/recipients"),
        },
        {
          key: "accepted",
          head: "Accepted",
          align: "end",
          cell: (row) => number(row, row.accepted, "/recipients?state=accepted"),
        },
        {
          key: "clicked",
          head: "Clicked",
          align: "end",
          cell: (row) => number(row, row.clicked, "/recipients?did=clicked"),
        },
        {
          key: "left",
          head: "Left",
          align: "end",
          cell: (row) => number(row, row.left, "/recipients?did=unsubscribed"),
        },
        {
          key: "menu",
          head: "Acts",
          hideHead: true,
          tight: true,
          align: "end",
          phone: "hide",
          cell: (row) =>
            canWrite ? <RowMenu row={row} path={path} duplicate={duplicate} remove={remove} /> : null,
        },
      ]}
      pager={pager}
      empty={empty}
    />
  );
}

function RowMenu({
  row,
  path,
  duplicate,
  remove,
}: {
  row: CampaignListRow;
  path: string;
  duplicate: FormAction;
  remove: FormAction;
}) {
  const values = { campaignId: String(row.id) };
  return (
    <Menu
      name={`Acts on ${row.name}`}
      size="small"
      variant="ghost"
      items={[
        ...(row.state === "draft"
          ? [{ id: "edit", label: "Edit", icon: <PencilLine />, href: `${path}/${row.id}` }]
          : []),
        { id: "duplicate", label: "Duplicate", icon: <Copy />, action: duplicate, values },
        ...(row.state === "draft"
          ? [
              {
                id: "delete",
                label: "Delete…",
                icon: <Trash2 />,
                danger: true,
                confirm: {
                  title: `Delete “${row.name}”?`,
                  children: "The draft and what is written in it are gone for good. Nobody has got it.",
                  action: remove,
                  values,
                  confirmLabel: "Delete the draft",
                  cancelLabel: "Keep it",
                  success: "Draft deleted",
                },
              },
            ]
          : []),
      ]}
    />
  );
}
