import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { LaneTables } from "#components/lane/lane-views.tsx";
import { LimitForm } from "#components/limit/limit-form.tsx";
import { ChangedChip } from "#components/limit/limit-table.tsx";
import { QuotaList } from "#components/limit/quota-list.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Time } from "#components/ui/time.tsx";
import { listLanes } from "#core/lane/read.ts";
import { getLimits } from "#core/limit/read.ts";
import { listQuotas } from "#core/limit/read-quotas.ts";
import { laxerTls, limitKeyOf } from "#core/limit/rules.ts";
import { TLS_LEVELS } from "#core/limit/types.ts";
import { changeLimitsAction } from "../actions.ts";

export const metadata: Metadata = { title: "Provider" };

export default async function Page({ params }: PageProps<"/admin/providers/[key]">) {
  const { ctx } = await requireAdministrator();
  const row = await orNotFound(getLimits(ctx, (await params).key));
  const [all, quotas] = await Promise.all([listLanes(ctx), listQuotas(ctx, row.key)]);
  const lanes = all.filter((lane) => limitKeyOf(lane.bucket) === row.key);
  const warnings = Object.fromEntries(
    TLS_LEVELS.flatMap((level) => {
      const warning = laxerTls(row, level);
      return warning ? [[level, warning]] : [];
    }),
  );
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Providers", href: "/admin/providers" }, { label: row.name }]}
        title={row.name}
        chip={<ChangedChip row={row} />}
        subtitle={row.about ?? `Domains whose MX hosts are all under ${row.mx.join(", ")}`}
        actions={<LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={Date.now()} />}
      />
      <div className="stack">
        <Panel
          className="max-w-3xl"
          title="Limits of each lane"
          description={row.origin}
          footer={
            row.changedAt ? (
              <p className="text-help text-muted">
                Last changed by {row.changedBy ?? "somebody who is gone"},{" "}
                <Time at={row.changedAt} zone="UTC" /> UTC.
              </p>
            ) : undefined
          }
        >
          <LimitForm action={changeLimitsAction} row={row} warnings={warnings} />
        </Panel>
        {quotas.length > 0 ? (
          <Panel title="Taken today" description="Days begin at 00:00 UTC" className="max-w-3xl">
            <QuotaList rows={quotas} />
          </Panel>
        ) : null}
        <LaneTables rows={lanes} />
      </div>
    </div>
  );
}
