import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { LaneTable } from "#components/lane/lane-views.tsx";
import { countOf } from "#components/ui/format.ts";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listLanes } from "#core/lane/read.ts";

export const metadata: Metadata = { title: "Lanes" };

const ORDER = { suspended: 0, held: 1, draining: 2, waiting: 3, open: 4, idle: 5 } as const;

export default async function Page() {
  const { ctx } = await requireAdministrator();
  const rows = (await listLanes(ctx)).sort(
    (a, b) => ORDER[a.state] - ORDER[b.state] || b.backlog - a.backlog,
  );
  const busy = rows.filter((row) => row.state !== "idle");
  const idle = rows.filter((row) => row.state === "idle");
  return (
    <div className="page">
      <PageHeader
        title="Lanes"
        subtitle={`${countOf(rows.length, "lane", "lanes")}: one source to one provider, each with its own pace.`}
        actions={<LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={Date.now()} />}
      />
      <div className="stack">
        {busy.length > 0 || idle.length === 0 ? <LaneTable rows={busy} /> : null}
        {idle.length > 0 ? (
          <details className="fold" open={busy.length === 0}>
            <summary>{countOf(idle.length, "lane has no mail now", "lanes have no mail now")}</summary>
            <LaneTable rows={idle} />
          </details>
        ) : null}
      </div>
    </div>
  );
}
