import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { BULK_STATE_TONES, BULK_STATE_WORDS } from "#components/bulk/bulk-table.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { StatRow } from "#components/ui/stat.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import { getBulkAct } from "#core/bulk/read.ts";
import { BULK_UNDO_DAYS } from "#core/bulk/types.ts";
import { describeAct, describeDone } from "#core/bulk/words.ts";
import { hasRole } from "#core/platform/context.ts";
import { orNotFound } from "../../../or-not-found.ts";
import { cancelBulkAction, undoBulkAction } from "../../actions.ts";

export const metadata: Metadata = { title: "Change" };

const DAY_MS = 86_400_000;

export default async function Page({ params }: PageProps<"/[workspace]/subscribers/changes/[act]">) {
  const { workspace: slug, act: id } = await params;
  const { ctx, workspace } = await requireWorkspace(slug);
  const act = await orNotFound(getBulkAct(ctx, Number(id) || 0));
  const path = `/${slug}/subscribers`;
  const isLive = act.state === "queued" || act.state === "running" || act.state === "undoing";
  const isOver = act.state === "finished" || act.state === "cancelled" || act.state === "failed";
  const canWrite = hasRole(ctx.role, "marketer");
  const undoUntil = new Date(act.createdAt.getTime() + BULK_UNDO_DAYS * DAY_MS);
  const canUndo = canWrite && isOver && act.kind !== "erase" && act.changed > 0 && undoUntil > new Date();
  return (
    <div className="page">
      <PageHeader
        crumbs={[
          { label: "Subscribers", href: path },
          { label: "Changes", href: `${path}/changes` },
          { label: `#${act.id}` },
        ]}
        title={describeAct(act)}
        chip={<StatusChip tone={BULK_STATE_TONES[act.state]}>{BULK_STATE_WORDS[act.state]}</StatusChip>}
        subtitle={
          <>
            {act.by ? `${act.by}, ` : ""}
            <Time at={act.createdAt} zone={workspace.timeZone} />
          </>
        }
        actions={
          <>
            {isLive ? (
              <LiveStamp
                url={`/api/live?topic=bulk:${act.id}`}
                zone={workspace.timeZone}
                renderedAt={Date.now()}
              />
            ) : null}
            {canUndo ? (
              <ActionButton action={undoBulkAction.bind(null, slug)} values={{ actId: String(act.id) }}>
                Undo for {formatNumber(act.changed)}
              </ActionButton>
            ) : null}
          </>
        }
      />
      <div className="stack">
        {isLive ? (
          <Panel
            title={act.state === "undoing" ? "Taking it back" : "At work"}
            description="You can close this tab. The worker goes on."
            className="max-w-3xl"
          >
            <div className="grid gap-4">
              <Progress
                label="People"
                done={act.done}
                total={Math.max(1, act.total)}
                detail={`${formatNumber(act.changed)} changed so far`}
              />
              {canWrite && act.state !== "undoing" ? (
                <div>
                  <ActionButton
                    action={cancelBulkAction.bind(null, slug)}
                    values={{ actId: String(act.id) }}
                    variant="danger-ghost"
                  >
                    Stop here
                  </ActionButton>
                </div>
              ) : null}
            </div>
          </Panel>
        ) : (
          <>
            <Banner tone={act.state === "failed" ? "danger" : "info"}>
              {act.state === "undone"
                ? "Taken back. Whoever changed by themselves since then stays as they are."
                : act.state === "failed"
                  ? `This stopped by an error of the system, each time it was tried. ${describeDone(act)}`
                  : act.state === "cancelled"
                    ? `Stopped. ${describeDone(act)}`
                    : describeDone(act)}
            </Banner>
            <StatRow
              stats={[
                {
                  key: "total",
                  label: "Meant",
                  value: formatNumber(act.total),
                  detail: "matched when it began",
                },
                { key: "changed", label: "Changed", value: formatNumber(act.changed) },
                {
                  key: "same",
                  label: "Were so already",
                  value: formatNumber(Math.max(0, act.done - act.changed)),
                  detail: "or had to stay as they are",
                },
              ]}
            />
          </>
        )}
        <div>
          <LinkButton href={act.filter === null ? path : `${path}?${act.filter}`}>
            {act.filter === null ? "All subscribers" : "The people that match now"}
          </LinkButton>
        </div>
      </div>
    </div>
  );
}
