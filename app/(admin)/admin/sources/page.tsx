import { Plus, TriangleAlert } from "lucide-react";
import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { CampaignStateChip } from "#components/campaign/campaign-state-chip.tsx";
import { MoveFields } from "#components/pool/move-fields.tsx";
import { PoolSources } from "#components/pool/pool-sources.tsx";
import { SourceStateChip } from "#components/source/source-state-chip.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Select } from "#components/ui/select.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { NumberField, TextField } from "#components/ui/text-field.tsx";
import { bucketName } from "#core/mail/provider/bucket.ts";
import { listUnderWay } from "#core/pool/read.ts";
import { listPools, listSources, type PoolRow } from "#core/source/read.ts";
import { readStandings } from "#core/source/read-standing.ts";
import { listWorkspaces } from "#core/workspace/read.ts";
import { assignPoolAction, moveCampaignAction, savePoolAction } from "./actions.ts";

export const metadata: Metadata = { title: "Sources & pools" };

export default async function Page() {
  const { ctx } = await requireAdministrator();
  const [sources, pools, workspaces, underWay, standingOf] = await Promise.all([
    listSources(ctx),
    listPools(ctx),
    listWorkspaces(ctx),
    listUnderWay(ctx),
    readStandings(ctx),
  ]);
  const dialog = (pool?: PoolRow) => (
    <FormDialog
      label={pool ? "Change" : "New pool"}
      size="small"
      title={pool ? `Change ${pool.name}` : "New pool"}
      action={savePoolAction}
      values={pool ? { poolId: String(pool.id) } : {}}
      confirmLabel="Save"
      success="Saved"
    >
      <TextField name="name" label="Name" required maxLength={60} defaultValue={pool?.name} />
      <PoolSources
        sources={sources.map(({ id, name }) => ({ id, name }))}
        chosen={pool?.sources.map(({ id, weight }) => ({ id, weight })) ?? []}
      />
      <Select
        name="overflow"
        label="While some of them are warmed up"
        options={[
          { value: "warm", label: "What they cannot take today goes by the others at once" },
          { value: "wait", label: "What they cannot take today waits for tomorrow" },
        ]}
        defaultValue={pool?.overflow ?? "warm"}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Select
          name="fallbackSourceId"
          label="While none of them can send"
          help="Held, drained, or suspended by a provider: what waits for it then goes by another source, until one of them can again."
          options={[
            { value: "", label: "Mail waits" },
            ...sources.map(({ id, name }) => ({ value: String(id), label: `It goes by ${name}` })),
          ]}
          defaultValue={String(pool?.fallback?.sourceId ?? "")}
        />
        <NumberField
          name="fallbackMinutes"
          label="After"
          unit="minutes"
          min={0}
          max={1440}
          required
          defaultValue={pool?.fallbackMinutes ?? 15}
        />
      </div>
    </FormDialog>
  );
  return (
    <div className="page">
      <PageHeader
        title="Sources & pools"
        subtitle="Where mail leaves, and which sources may carry the same mail."
        actions={
          <LinkButton href="/admin/sources/new" variant="primary" icon={<Plus />}>
            Add source
          </LinkButton>
        }
      />
      <div className="stack">
        <DataTable
          caption="Sources"
          rows={sources}
          rowKey={(row) => row.id}
          rowHref={(row) => `/admin/sources/${row.id}`}
          empty={
            <EmptyState title="No sources">
              Without one no mail can leave. Add an address of this machine, or a relay.
            </EmptyState>
          }
          columns={[
            { key: "name", head: "Source", cell: (row) => row.name },
            {
              key: "state",
              head: "State",
              cell: (row) => (
                <span className="inline-flex flex-wrap gap-2">
                  <SourceStateChip state={row.state} suspendedUntil={row.suspendedUntil} />
                  {standingOf(row)?.checks.some((check) => check.state === "fail") ? (
                    <StatusChip tone="warning" icon={<TriangleAlert />}>
                      look at its DNS
                    </StatusChip>
                  ) : null}
                </span>
              ),
            },
            {
              key: "where",
              head: "Where",
              cell: (row) => (
                <span className="font-mono">{row.kind === "ip" ? row.ip : `${row.host}:${row.port}`}</span>
              ),
            },
            { key: "helo", head: "Greets as", quiet: true, cell: (row) => row.heloName },
            { key: "lanes", head: "Lanes", align: "end", cell: (row) => formatNumber(row.lanes) },
            {
              key: "accepted",
              head: "Accepted, 24 h",
              align: "end",
              cell: (row) => formatNumber(row.accepted24h),
            },
          ]}
        />
        <Panel title="Pools" flush actions={sources.length > 0 ? dialog() : undefined}>
          <DataTable
            bare
            caption="Pools"
            rows={pools}
            rowKey={(row) => row.id}
            columns={[
              { key: "name", head: "Pool", cell: (row) => row.name },
              {
                key: "sources",
                head: "Sources",
                cell: (row) =>
                  row.sources.map((source) => withWeight(source, row.sources)).join(", ") ||
                  "none: it carries no mail",
              },
              {
                key: "workspaces",
                head: "Carries campaigns of",
                cell: (row) => row.workspaces.map((one) => one.name).join(", ") || "nobody",
              },
              {
                key: "system",
                head: "Only system mail of",
                cell: (row) => row.systemOf.map((one) => one.name).join(", "),
              },
              {
                key: "fallback",
                head: "Falls back to",
                cell: (row) =>
                  row.fallback ? (
                    <span className="inline-flex flex-wrap gap-2">
                      {row.fallback.name}
                      {row.fallback.open.length > 0 ? (
                        <StatusChip tone="warning" icon={<TriangleAlert />}>
                          carries {row.fallback.open.map(({ bucket }) => bucketName(bucket)).join(", ")}
                        </StatusChip>
                      ) : null}
                    </span>
                  ) : (
                    ""
                  ),
              },
              { key: "default", head: "Default", cell: (row) => (row.isDefault ? "yes" : "") },
              {
                key: "change",
                head: "Actions",
                hideHead: true,
                align: "end",
                tight: true,
                cell: (row) => dialog(row),
              },
            ]}
          />
        </Panel>
        {underWay.length > 0 ? (
          <Panel title="Campaigns under way" description="And the pool that their mail waits in" flush>
            <DataTable
              bare
              caption="Campaigns under way"
              rows={underWay}
              rowKey={(row) => row.id}
              columns={[
                { key: "name", head: "Campaign", cell: (row) => row.name },
                { key: "state", head: "State", cell: (row) => <CampaignStateChip state={row.state} /> },
                { key: "workspace", head: "Workspace", cell: (row) => row.workspace },
                { key: "pool", head: "Pool", cell: (row) => row.pool },
                { key: "rest", head: "Wait", align: "end", cell: (row) => formatNumber(row.rest) },
                {
                  key: "move",
                  head: "Actions",
                  hideHead: true,
                  align: "end",
                  tight: true,
                  cell: (row) =>
                    pools.length > 1 ? (
                      <FormDialog
                        label="Move…"
                        size="small"
                        title={`Move ${row.name} to another pool`}
                        action={moveCampaignAction}
                        values={{ campaignId: String(row.id) }}
                        confirmLabel="Move"
                        success="Moved. What is in flight will finish where it is."
                      >
                        <MoveFields pools={pools} from={row.poolId} rest={row.rest} />
                      </FormDialog>
                    ) : (
                      ""
                    ),
                },
              ]}
            />
          </Panel>
        ) : null}
        {pools.length > 1 ? (
          <Panel title="Which pool carries a workspace" className="max-w-3xl">
            <FormDialog
              label="Assign a pool"
              title="Assign a pool"
              action={assignPoolAction}
              confirmLabel="Assign"
              success="Assigned. It holds from the next launch or mail on."
            >
              <Select
                name="stream"
                label="Which mail"
                help="Confirmations, resets and invitations may leave by addresses of their own: a campaign that providers slow down does not hold them up then."
                options={[
                  { value: "campaigns", label: "Campaigns, and system mail that has no pool of its own" },
                  { value: "system", label: "System mail alone" },
                ]}
              />
              <Select
                name="workspaceId"
                label="Workspace"
                options={workspaces.map((one) => ({ value: String(one.id), label: one.name }))}
              />
              <Select
                name="poolId"
                label="Pool"
                options={pools.map((pool) => ({ value: String(pool.id), label: pool.name }))}
              />
            </FormDialog>
          </Panel>
        ) : null}
      </div>
    </div>
  );
}

/** "West 1 (3)" where the weights of a pool differ. */
function withWeight(source: { name: string; weight: number }, all: { weight: number }[]): string {
  return all.some((one) => one.weight !== source.weight) ? `${source.name} (${source.weight})` : source.name;
}
