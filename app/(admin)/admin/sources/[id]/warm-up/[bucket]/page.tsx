import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireAdministrator } from "#app/_server/page.ts";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { resultWords, WarmupChart } from "#components/source/warmup-views.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatDay, formatNumber } from "#components/ui/format.ts";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { getSource } from "#core/source/read.ts";
import { listWarmups, readWarmupDays } from "#core/warmup/read.ts";
import { stopWarmupAction } from "../../../actions.ts";

export const metadata: Metadata = { title: "Warm-up" };

export default async function Page({ params }: PageProps<"/admin/sources/[id]/warm-up/[bucket]">) {
  const { ctx } = await requireAdministrator();
  const { id, bucket } = await params;
  const source = await orNotFound(getSource(ctx, Number(id) || 0));
  const row = (await listWarmups(ctx, source.id)).find((one) => one.bucket === Number(bucket));
  if (!row) notFound();
  const days = await readWarmupDays(ctx, source.id, row.bucket);
  const now = new Date();
  const sentence =
    row.cap === null
      ? "Known here: the plan is done, and no day is capped any more."
      : `Sending day ${row.step + 1} of ${row.steps}: ${formatNumber(row.takenToday)} of ${formatNumber(row.cap)} sent today, ${formatNumber(row.leftToday)} can follow.`;
  return (
    <div className="page">
      <PageHeader
        crumbs={[
          { label: "Sources & pools", href: "/admin/sources" },
          { label: source.name, href: `/admin/sources/${source.id}` },
          { label: `Warm-up with ${row.name}` },
        ]}
        title={`Warm-up with ${row.name}`}
        subtitle={`${source.name}. Plan: ${row.planName}. Days are UTC.`}
        actions={
          <>
            <LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={now.getTime()} />
            <ConfirmButton
              label="Take as known…"
              title={`Take ${source.name} as known at ${row.name}?`}
              action={stopWarmupAction}
              values={{ sourceId: String(source.id), bucket: String(row.bucket) }}
              confirmLabel="End the warm-up"
              danger={false}
              goTo={`/admin/sources/${source.id}`}
            >
              From now on no day is capped there: only the provider's limits hold.
            </ConfirmButton>
          </>
        }
      />
      <div className="stack">
        <Panel title={sentence} lead>
          <p className="text-muted">
            A day counts when at least a tenth of its cap was accepted. Nine tenths and few refusals allow the
            next step; bad rates take it back to at most half; after ten idle days it slowly cools.
          </p>
        </Panel>
        <WarmupChart days={days} name={row.name} now={now} />
        <Panel title="Days" flush>
          <DataTable
            bare
            caption="Days"
            rows={days.toReversed()}
            rowKey={(day) => day.at.getTime()}
            empty={
              <EmptyState title="No mail yet">The first day stands here with its first mail.</EmptyState>
            }
            columns={[
              { key: "day", head: "Day", cell: (day) => formatDay(day.at, "UTC", now) },
              { key: "cap", head: "Allowed", align: "end", cell: (day) => formatNumber(day.cap) },
              { key: "accepted", head: "Accepted", align: "end", cell: (day) => formatNumber(day.accepted) },
              {
                key: "refused",
                head: "Refused",
                align: "end",
                cell: (day) => formatNumber(day.deferred + day.greylisted + day.blocked + day.bounced),
              },
              {
                key: "complaints",
                head: "Complaints",
                align: "end",
                cell: (day) => formatNumber(day.complaints),
              },
              { key: "result", head: "Judged", cell: (day) => resultWords(day.result, day.because) },
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}
