import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { PagerProps } from "#components/ui/pager.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import type { SandboxMailRow } from "#core/sandbox-mail/read.ts";
import { receiverName } from "./receiver-name.ts";

type Authentication = {
  spf?: { result?: string };
  dkim?: { result?: string }[];
  dmarc?: { result?: string };
  error?: string;
};

/** SPF, DKIM and DMARC as the receiver judged them, in words. */
export function AuthenticationChips({ value }: { value: Record<string, unknown> | null }) {
  const result = value as Authentication | null;
  if (!result) return <span className="text-muted">not checked yet</span>;
  const dkim = result.dkim?.some((one) => one.result === "pass")
    ? "pass"
    : (result.dkim?.[0]?.result ?? "none");
  return (
    <span className="inline-flex flex-wrap gap-1">
      {(
        [
          ["SPF", result.spf?.result ?? "none"],
          ["DKIM", dkim],
          ["DMARC", result.dmarc?.result ?? "none"],
        ] as const
      ).map(([name, verdict]) => (
        <StatusChip
          key={name}
          tone={verdict === "pass" ? "success" : verdict === "none" ? "neutral" : "danger"}
        >
          {name} {verdict}
        </StatusChip>
      ))}
    </span>
  );
}

/** The sandbox's mails, newest first. */
export function MailTable({
  rows,
  pager,
  search,
}: {
  rows: SandboxMailRow[];
  pager: PagerProps;
  search: boolean;
}) {
  return (
    <DataTable
      caption="Mails in the sandbox"
      big
      rows={rows}
      rowKey={(row) => row.id}
      rowHref={(row) => `/admin/sandbox/${row.id}`}
      pager={pager}
      empty={
        <EmptyState title={search ? "No mail matches" : "No mail yet"}>
          {search
            ? "Try a part of the address or of the subject."
            : "Every mail that leaves while the sandbox is on arrives here."}
        </EmptyState>
      }
      columns={[
        { key: "subject", head: "Subject", cell: (row) => row.subject || "no subject" },
        { key: "to", head: "To", cell: (row) => <span className="break-all">{row.rcptTo}</span> },
        { key: "provider", head: "Receiver", cell: (row) => receiverName(row.provider) },
        {
          key: "auth",
          head: "Authentication",
          cell: (row) => <AuthenticationChips value={row.authentication} />,
        },
        {
          key: "after",
          head: "Afterwards",
          quiet: true,
          cell: (row) =>
            [
              row.outcome === "accepted" ? "" : row.outcome,
              row.dsnSentAt ? "bounced later" : "",
              row.complainedAt ? "complained" : "",
            ]
              .filter(Boolean)
              .join(", "),
        },
        { key: "at", head: "When", quiet: true, cell: (row) => <Time at={row.at} zone="UTC" /> },
      ]}
    />
  );
}
