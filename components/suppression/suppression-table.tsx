import Link from "next/link";
import type { ReactNode } from "react";
import { DataTable } from "#components/ui/data-table.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import type { PagerProps } from "#components/ui/pager.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { TextArea, TextField } from "#components/ui/text-field.tsx";
import { Time } from "#components/ui/time.tsx";
import type { SuppressionRow } from "#core/suppression/read.ts";
import type { SuppressionReason } from "#core/suppression/types.ts";

export const REASON_WORDS: Record<SuppressionReason, string> = {
  "recipient-dead": "address is dead",
  complaint: "complained",
  unsubscribed: "wants no mail at all",
  manual: "by hand",
  imported: "imported",
};

/** Suppressed addresses, each with its evidence as it was said. */
export function SuppressionTable(props: {
  rows: SuppressionRow[];
  zone: string;
  /** Which rows may be lifted here. */
  canLift: (row: SuppressionRow) => boolean;
  lift: FormAction | null;
  deliveryHref?: (row: SuppressionRow) => string | null;
  showScope?: boolean;
  pager: PagerProps;
  empty: ReactNode;
}) {
  const { zone, lift } = props;
  return (
    <DataTable
      caption="Suppressions"
      rows={props.rows}
      rowKey={(row) => row.id}
      pager={props.pager}
      empty={props.empty}
      columns={[
        {
          key: "address",
          head: "Address",
          cell: (row) => <div className="min-w-44 wrap-anywhere">{row.address}</div>,
        },
        {
          key: "reason",
          head: "Why",
          cell: (row) => (
            <StatusChip
              tone={row.reason === "recipient-dead" || row.reason === "complaint" ? "danger" : "neutral"}
            >
              {REASON_WORDS[row.reason]}
            </StatusChip>
          ),
        },
        {
          key: "evidence",
          head: "Evidence",
          cell: (row) => <Evidence row={row} href={props.deliveryHref?.(row) ?? null} />,
        },
        ...(props.showScope
          ? [{ key: "scope", head: "Holds for", cell: (row: SuppressionRow) => row.workspace ?? "everybody" }]
          : []),
        { key: "since", head: "Since", quiet: true, cell: (row) => <Time at={row.createdAt} zone={zone} /> },
        {
          key: "lift",
          head: "Actions",
          hideHead: true,
          tight: true,
          align: "end",
          cell: (row) =>
            lift && props.canLift(row) ? (
              <FormDialog
                label="Lift…"
                size="small"
                title={`Lift ${row.address}?`}
                action={lift}
                values={{ suppressionId: String(row.id) }}
                confirmLabel="Lift the suppression"
                success={`${row.address} may be mailed again.`}
              >
                {row.reason === "complaint" ? (
                  <TextField
                    name="typedAddress"
                    label="This person complained. Type the address"
                    required
                    autoComplete="off"
                  />
                ) : null}
                <TextArea
                  name="reason"
                  label="Why"
                  help="Stays in the history."
                  required
                  rows={2}
                  maxLength={500}
                />
              </FormDialog>
            ) : null,
        },
      ]}
    />
  );
}

function Evidence({ row, href }: { row: SuppressionRow; href: string | null }) {
  const { evidence } = row;
  const said = evidence.reply ? <ReplyText>{evidence.reply}</ReplyText> : (evidence.note ?? evidence.source);
  return (
    <div className="grid max-w-64 gap-0.5 wrap-anywhere xl:max-w-md">
      <div className="min-w-0">{said}</div>
      {href ? (
        <Link className="link text-help" href={href}>
          The mail it was about
        </Link>
      ) : null}
    </div>
  );
}
