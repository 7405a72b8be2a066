import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { LaneTables } from "#components/lane/lane-views.tsx";
import { countOf } from "#components/ui/format.ts";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listLanes } from "#core/lane/read.ts";

export const metadata: Metadata = { title: "Lanes" };

export default async function Page() {
  const { ctx } = await requireAdministrator();
  const rows = await listLanes(ctx);
  return (
    <div className="page">
      <PageHeader
        title="Lanes"
        subtitle={`${countOf(rows.length, "lane", "lanes")}: one source to one provider, each with its own pace.`}
        actions={<LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={Date.now()} />}
      />
      <div className="stack">
        <LaneTables rows={rows} />
      </div>
    </div>
  );
}
