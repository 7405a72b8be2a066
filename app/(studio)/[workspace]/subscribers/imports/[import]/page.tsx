import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { ConsentStep } from "#components/import/consent-step.tsx";
import { DryRunPanel, DryRunRows, FilePanel, shownOf } from "#components/import/dry-run.tsx";
import { ImportProgress, ImportResult } from "#components/import/import-result.tsx";
import { STATE_TONES, STATE_WORDS } from "#components/import/import-words.ts";
import { MapColumns } from "#components/import/map-columns.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Steps } from "#components/ui/steps.tsx";
import { listAttributes } from "#core/attribute/read.ts";
import { countRejectReasons, getImport, readEarlierMapping } from "#core/import/read.ts";
import { listListNames } from "#core/list/read.ts";
import { hasRole } from "#core/platform/context.ts";
import { listTags } from "#core/subscriber/read.ts";
import { orNotFound } from "../../../or-not-found.ts";
import {
  cancelImportAction,
  mapAfreshAction,
  mapImportAction,
  saveMappingAction,
  setImportHeaderAction,
  startImportAction,
} from "../actions.ts";

export const metadata: Metadata = { title: "Import" };

export default async function Page({
  params,
  searchParams,
}: PageProps<"/[workspace]/subscribers/imports/[import]">) {
  const { workspace: slug, import: id } = await params;
  const { ctx, workspace } = await requireWorkspace(slug);
  const row = await orNotFound(getImport(ctx, Number(id) || 0));
  const canWrite = hasRole(ctx.role, "marketer");
  const path = `/${slug}/subscribers/imports`;
  const query = await searchParams;
  const isMapping = row.state === "mapping" && canWrite;
  const step = isMapping ? (query.step === "consent" ? 2 : 1) : row.state === "finished" ? 4 : 3;
  const isLive = row.state === "queued" || row.state === "running";
  const isTrying = isMapping && row.dryRun?.state === "running";
  const shown = isMapping && row.dryRun?.state === "done" ? shownOf(query.show) : null;
  const reasons = isMapping || isLive ? [] : await countRejectReasons(ctx, row.id);
  const [attributes, lists, tags] = isMapping
    ? await Promise.all([listAttributes(ctx), listListNames(ctx), listTags(ctx)])
    : [[], [], []];
  const earlier = isMapping && step === 1 ? await readEarlierMapping(ctx, row) : null;
  const isEarlier = earlier !== null && JSON.stringify(earlier.mapping) === JSON.stringify(row.mapping);
  return (
    <div className="page">
      <PageHeader
        crumbs={[
          { label: "Subscribers", href: `/${slug}/subscribers` },
          { label: "Imports", href: path },
          { label: row.fileName },
        ]}
        title={step === 1 ? "Say which column is what" : step === 2 ? "Consent and lists" : row.fileName}
        chip={<StatusChip tone={STATE_TONES[row.state]}>{STATE_WORDS[row.state]}</StatusChip>}
        actions={
          isLive || isTrying ? (
            <LiveStamp
              url={`/api/live?topic=import:${row.id}`}
              zone={workspace.timeZone}
              renderedAt={Date.now()}
            />
          ) : undefined
        }
      >
        <Steps
          label="Steps of the import"
          current={step}
          steps={[
            { label: "File", href: path },
            { label: "Map columns", href: isMapping ? `${path}/${row.id}` : undefined },
            { label: "Consent" },
            { label: "Import" },
            { label: "Result" },
          ]}
        />
      </PageHeader>
      {isMapping && step === 1 ? (
        <div className="split">
          <div className="stack">
            {isEarlier ? (
              <Banner
                tone="info"
                actions={
                  <ActionButton
                    action={mapAfreshAction.bind(null, slug)}
                    values={{ importId: String(row.id) }}
                    size="small"
                  >
                    Start from scratch
                  </ActionButton>
                }
              >
                The columns are mapped as in your import of {earlier.fileName}.
              </Banner>
            ) : null}
            {row.hasHeader ? null : (
              <Banner tone="info" title="The first row looks like a person, not like column names.">
                So it is imported too. Say what each column holds.
              </Banner>
            )}
            <div className="flex flex-wrap items-center gap-3 text-table text-muted">
              <span>{row.hasHeader ? "The first row names the columns." : "The first row is a person."}</span>
              <ActionButton
                action={setImportHeaderAction.bind(null, slug)}
                values={{ importId: String(row.id), hasHeader: String(!row.hasHeader) }}
                size="small"
                variant="ghost"
              >
                {row.hasHeader ? "The first row is a person" : "The first row names columns"}
              </ActionButton>
            </div>
            <MapColumns
              // The fields hold their choices themselves: a mapping suggested anew makes them anew.
              key={`${row.hasHeader} ${query.fresh ?? ""}`}
              row={row}
              attributes={attributes}
              action={mapImportAction.bind(null, slug)}
              save={saveMappingAction.bind(null, slug)}
              backHref={path}
            />
            {shown && row.dryRun ? <DryRunRows run={row.dryRun} shown={shown} /> : null}
          </div>
          <div className="stack">
            <FilePanel row={row} />
            <DryRunPanel run={row.dryRun} path={`${path}/${row.id}`} />
          </div>
        </div>
      ) : null}
      {isMapping && step === 2 ? (
        <ConsentStep
          row={row}
          lists={lists}
          tags={tags}
          types={new Map(attributes.map((one) => [one.key, one.type]))}
          action={startImportAction.bind(null, slug)}
          mapHref={`${path}/${row.id}`}
          listsHref={`/${slug}/lists`}
        />
      ) : null}
      {isLive ? (
        <ImportProgress row={row} cancel={canWrite ? cancelImportAction.bind(null, slug) : null} />
      ) : null}
      {!isMapping && !isLive ? <ImportResult row={row} reasons={reasons} path={path} /> : null}
    </div>
  );
}
