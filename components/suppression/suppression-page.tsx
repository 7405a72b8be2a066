import { Ban, Download } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatNumber } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { LinkTabs } from "#components/ui/link-tabs.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { TextArea, TextField } from "#components/ui/text-field.tsx";
import { Toolbar } from "#components/ui/toolbar.tsx";
import type { SuppressionReason } from "#core/suppression/types.ts";
import { REASON_WORDS } from "./suppression-table.tsx";

/** The frame of both suppression pages: look up, tabs by reason, add, export. */
export function SuppressionPage(props: {
  title: string;
  subtitle: string;
  path: string;
  exportHref: string;
  query: Record<string, string | string[] | undefined>;
  reason: SuppressionReason | undefined;
  counts: { reason: SuppressionReason; n: number }[];
  add: FormAction | null;
  /** Where a long list goes in as a file. */
  importHref?: string;
  children: ReactNode;
}) {
  const total = props.counts.reduce((sum, row) => sum + row.n, 0);
  const tab = (reason: SuppressionReason | null, label: string, n: number) => ({
    label,
    href: hrefWith(props.path, props.query, { reason }),
    current: (props.reason ?? null) === reason,
    count: formatNumber(n),
  });
  return (
    <div className="page">
      <PageHeader
        title={props.title}
        subtitle={props.subtitle}
        actions={
          <>
            <LinkButton
              href={hrefWith(props.exportHref, props.query, {})}
              variant="ghost"
              icon={<Download />}
            >
              Export
            </LinkButton>
            {props.add ? (
              <FormDialog
                label="Suppress addresses"
                variant="primary"
                icon={<Ban />}
                title="Suppress addresses"
                action={props.add}
                confirmLabel="Suppress"
              >
                <TextArea
                  name="addresses"
                  label="Addresses"
                  help="One or many: a line each, or pasted from a column."
                  required
                  rows={5}
                />
                <TextField name="note" label="Why" optional maxLength={500} />
                {props.importHref ? (
                  <p className="text-help text-muted">
                    A long list goes in as a file:{" "}
                    <Link className="link" href={props.importHref}>
                      import it
                    </Link>{" "}
                    and say that these people must not be mailed.
                  </p>
                ) : null}
              </FormDialog>
            ) : null}
          </>
        }
      >
        <LinkTabs
          label="By reason"
          tabs={[
            tab(null, "All", total),
            ...props.counts.map((row) => tab(row.reason, REASON_WORDS[row.reason], row.n)),
          ]}
        />
      </PageHeader>
      <Toolbar>
        <SearchField label="Look up an address" placeholder="Look up an address" />
      </Toolbar>
      {props.children}
    </div>
  );
}

export function NoSuppressions({ query }: { query?: string }) {
  return query ? (
    <EmptyState title={`“${query}” is not suppressed`}>
      It may be mailed, as far as this list goes.
    </EmptyState>
  ) : (
    <EmptyState title="Nobody is suppressed">
      Addresses come here by themselves when mail to them bounces for good, or when a person complains.
    </EmptyState>
  );
}
