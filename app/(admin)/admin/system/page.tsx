import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { countOf, formatClock, formatDuration, formatNumber } from "#components/ui/format.ts";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import { readSystem } from "#core/installation/read-system.ts";
import { retrySetAsideAction, setSendingAction } from "./actions.ts";

export const metadata: Metadata = { title: "System" };

export default async function Page() {
  const { ctx } = await requireAdministrator();
  const system = await readSystem(ctx);
  const { setAside } = system;
  return (
    <div className="page">
      <PageHeader
        title="System"
        subtitle={
          system.workers.length === 0
            ? "No worker is alive: nothing is sent. Start one with npm run worker."
            : "Times are UTC."
        }
        actions={
          <>
            <LiveStamp url="/api/live?topic=system&topic=lanes" zone="UTC" renderedAt={Date.now()} />
            {system.sendingAllowed ? (
              <ConfirmButton
                label="Stop all sending…"
                variant="danger-ghost"
                title="Stop all sending?"
                action={setSendingAction}
                values={{ allowed: "false" }}
                confirmLabel="Stop all sending"
                cancelLabel="Keep sending"
              >
                Nothing leaves any more, also no confirm mail and no password reset. What is in flight will
                finish. Nothing is lost.
              </ConfirmButton>
            ) : (
              <ActionButton
                action={setSendingAction}
                values={{ allowed: "true" }}
                variant="primary"
                success="Sending is on."
              >
                Allow sending again
              </ActionButton>
            )}
          </>
        }
      />
      <div className="stack">
        {system.restoredFrom ? (
          <Banner
            tone="danger"
            title={
              <>
                This database was restored from <Time at={system.restoredFrom} zone="UTC" />, or is a copy.
              </>
            }
          >
            Sending is off, so that nobody gets mail twice. Mail that was accepted after that moment still
            waits here: cancel or pause the campaigns that had gone on, then allow sending again. On a copy,
            leave it off.
          </Banner>
        ) : null}
        {setAside.people > 0 ? (
          <Banner
            tone="warning"
            title={`Mail for ${countOf(setAside.people, "recipient", "recipients")} was set aside.`}
            actions={
              <ActionButton
                action={retrySetAsideAction}
                size="small"
                success="It is tried again. What ends workers again is set aside again."
              >
                Try again
              </ActionButton>
            }
          >
            Several workers ended while they held it ({setAside.campaigns.join(", ")}). Their logs say why.
            Cancelling the campaign ends it too.
          </Banner>
        ) : null}
        <Panel title="Workers" flush>
          <DataTable
            bare
            caption="Workers"
            rows={system.workers}
            rowKey={(row) => row.id}
            empty={<EmptyState title="No worker is alive" />}
            columns={[
              { key: "name", head: "Worker", cell: (row) => `${row.id} on ${row.host}, process ${row.pid}` },
              {
                key: "beat",
                head: "Heartbeat",
                cell: (row) =>
                  row.beatSeconds <= 6 ? (
                    <StatusChip tone="success">{`${row.beatSeconds} s ago`}</StatusChip>
                  ) : (
                    <StatusChip tone="warning">{`${row.beatSeconds} s ago`}</StatusChip>
                  ),
              },
              { key: "lanes", head: "Lanes", align: "end", cell: (row) => formatNumber(row.lanes) },
              {
                key: "since",
                head: "Since",
                quiet: true,
                cell: (row) => <Time at={row.startedAt} zone="UTC" />,
              },
            ]}
          />
        </Panel>
        {system.ends.length > 0 ? (
          <Panel title="Ends of workers">
            <ul className="grid gap-1.5 text-table">
              {system.ends.map((end) => (
                <li key={end.id}>
                  {end.how === "lost"
                    ? `Worker ${end.id} was lost at ${formatClock(end.endedAt, "UTC", true)}. Its ${end.lanes} lanes were taken over.`
                    : `Worker ${end.id} stopped by itself at ${formatClock(end.endedAt, "UTC", true)}.`}
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
        <div className="split">
          <Panel title="Jobs" flush>
            <DataTable
              bare
              caption="Jobs"
              rows={system.jobs}
              rowKey={(row) => row.task}
              empty={<EmptyState title="No jobs wait" />}
              columns={[
                { key: "task", head: "Job", cell: (row) => row.task },
                { key: "running", head: "Running", align: "end", cell: (row) => formatNumber(row.running) },
                { key: "waiting", head: "Waiting", align: "end", cell: (row) => formatNumber(row.waiting) },
                { key: "failing", head: "Failing", align: "end", cell: (row) => formatNumber(row.failing) },
                { key: "error", head: "Last error", quiet: true, cell: (row) => row.last_error ?? "" },
              ]}
            />
          </Panel>
          <Panel title="Storage and state">
            <DefinitionList
              layout="rows"
              facts={[
                { term: "Network", value: system.network },
                { term: "PostgreSQL", value: system.version },
                { term: "Database size", value: system.size },
                { term: "Parts of the ledger", value: formatNumber(system.partitions) },
                {
                  term: "Oldest turn that has come",
                  value: system.oldestDueMs === null ? "none waits" : formatDuration(system.oldestDueMs),
                },
                { term: "Reports to read", value: formatNumber(system.unreadReports) },
              ]}
            />
          </Panel>
        </div>
        <Panel
          title="Ledger"
          description="Every waiting recipient is ahead of a cursor, in a claim, or due."
          flush
        >
          <DataTable
            bare
            caption="Ledger of live campaigns"
            rows={system.checks}
            rowKey={(row) => row.id}
            empty={<EmptyState title="No campaign is under way" />}
            columns={[
              { key: "name", head: "Campaign", cell: (row) => row.name },
              {
                key: "ok",
                head: "Holds",
                cell: (row) =>
                  row.invariant.ok ? (
                    <StatusChip tone="success">holds</StatusChip>
                  ) : (
                    <StatusChip tone="danger">{`off by ${formatNumber(row.invariant.misplaced || Math.abs(row.invariant.open - row.invariant.rollup))}`}</StatusChip>
                  ),
              },
              { key: "open", head: "Waiting", align: "end", cell: (row) => formatNumber(row.invariant.open) },
              { key: "ahead", head: "Ahead", align: "end", cell: (row) => formatNumber(row.invariant.ahead) },
              {
                key: "claimed",
                head: "Claimed",
                align: "end",
                cell: (row) => formatNumber(row.invariant.claimed),
              },
              { key: "due", head: "Due", align: "end", cell: (row) => formatNumber(row.invariant.due) },
            ]}
          />
        </Panel>
        <Panel title="What people changed" flush>
          <DataTable
            bare
            caption="Audit"
            rows={system.audit}
            rowKey={(row) => row.id}
            empty={<EmptyState title="Nothing yet" />}
            columns={[
              { key: "action", head: "What", cell: (row) => row.action },
              { key: "target", head: "Of what", cell: (row) => row.target },
              { key: "who", head: "Who", cell: (row) => row.who ?? "the system" },
              { key: "at", head: "When", quiet: true, cell: (row) => <Time at={row.at} zone="UTC" /> },
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}
