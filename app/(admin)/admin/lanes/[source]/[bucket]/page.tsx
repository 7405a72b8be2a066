import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { requireAdministrator } from "#app/_server/page.ts";
import { BarsChart, ReplyTable } from "#components/deliverability/panels.tsx";
import { laneSentence } from "#components/lane/lane-sentence.ts";
import { LaneTimeline } from "#components/lane/lane-timeline.tsx";
import { LaneStateChip } from "#components/lane/lane-views.tsx";
import { limitHref } from "#components/limit/limit-table.tsx";
import { TLS_WORDS } from "#components/limit/words.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { LinkButton } from "#components/ui/link-button.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { Select } from "#components/ui/select.tsx";
import { readLaneBars, readReplies } from "#core/deliverability/read.ts";
import { listLanes } from "#core/lane/read.ts";
import { readLaneEvents } from "#core/lane/read-events.ts";
import { limitKeyOf } from "#core/limit/rules.ts";
import {
  holdLaneAction,
  holdLaneForAction,
  releaseLaneAction,
  restoreFullPaceAction,
} from "../../actions.ts";

export const metadata: Metadata = { title: "Lane" };

/** In minutes. For longer than a week it is held until somebody releases it. */
const HOLD_TIMES = [
  { value: "15", label: "15 minutes" },
  { value: "60", label: "1 hour" },
  { value: "240", label: "4 hours" },
  { value: "720", label: "12 hours" },
  { value: "1440", label: "1 day" },
  { value: "4320", label: "3 days" },
  { value: "10080", label: "1 week" },
];

export default async function Page({ params }: PageProps<"/admin/lanes/[source]/[bucket]">) {
  const { source, bucket } = await params;
  const { ctx } = await requireAdministrator();
  const key = {
    sourceId: Number(source) || 0,
    bucket: Number.isSafeInteger(Number(bucket)) ? Number(bucket) : -1,
  };
  const [lane] = await listLanes(ctx, key);
  if (!lane) notFound();
  const [bars, replies, events] = await Promise.all([
    readLaneBars(ctx, key),
    readReplies(ctx, "48h", { lane: key }),
    readLaneEvents(ctx, lane.id),
  ]);
  const now = new Date();
  const values = { laneId: String(lane.id) };
  const { limits } = lane;
  const limitKey = limitKeyOf(lane.bucket);
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Lanes", href: "/admin/lanes" }, { label: `${lane.source} to ${lane.name}` }]}
        title={`${lane.source} to ${lane.name}`}
        chip={<LaneStateChip lane={lane} />}
        actions={
          <>
            <LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={now.getTime()} />
            {lane.isSourceSuspended ? (
              <LinkButton href={`/admin/sources/${lane.sourceId}`}>Look at {lane.source}</LinkButton>
            ) : lane.heldAt || lane.suspendedUntil ? (
              <ActionButton
                action={releaseLaneAction}
                values={values}
                variant="primary"
                success="The lane sends again."
              >
                {lane.state === "suspended" ? "Try now" : "Release lane"}
              </ActionButton>
            ) : (
              <>
                <FormDialog
                  label="Hold for a time…"
                  title={`Hold ${lane.source} to ${lane.name} for a time?`}
                  action={holdLaneForAction}
                  values={values}
                  confirmLabel="Hold lane"
                  success="The lane is held. It sends again by itself."
                >
                  <p>
                    What is in flight will finish. The rest waits here, or leaves by other sources of the
                    pool. Then the lane sends again by itself.
                  </p>
                  <Select name="minutes" label="For how long" defaultValue="60" options={HOLD_TIMES} />
                </FormDialog>
                <ActionButton
                  action={holdLaneAction}
                  values={values}
                  success="The lane is held. What is in flight will finish."
                >
                  Hold lane
                </ActionButton>
              </>
            )}
          </>
        }
      />
      <div className="stack">
        <Panel title={laneSentence(lane, now)} lead>
          {lane.suspendedReply ? (
            <ReplyText block>{lane.suspendedReply}</ReplyText>
          ) : lane.lastReply ? (
            <ReplyText block>{`${lane.lastCode ?? ""} ${lane.lastReply}`}</ReplyText>
          ) : (
            <p className="text-muted">No server has replied yet.</p>
          )}
        </Panel>
        <div className="split">
          <BarsChart title="Replies in 48 hours" bars={bars} stepHours={1} zone="UTC" now={now} />
          <Panel
            title="Limits in force"
            actions={
              <>
                {lane.slowedTo || lane.climbing !== null ? (
                  <ActionButton
                    action={restoreFullPaceAction}
                    values={values}
                    size="small"
                    success="The lane begins anew at its full pace."
                  >
                    Back to full pace
                  </ActionButton>
                ) : null}
                {limitKey ? (
                  <Link className="ink-link" href={limitHref(limitKey)}>
                    Change
                  </Link>
                ) : null}
              </>
            }
          >
            {limits ? (
              <DefinitionList
                layout="rows"
                facts={[
                  {
                    term: "Connections",
                    value: `${lane.connections} open of ${lowered(limits.connections, lane.climbing ?? lane.slowedTo?.connections)}`,
                  },
                  {
                    term: "Messages a connection",
                    value: lowered(limits.messagesPerConnection, lane.slowedTo?.messagesPerConnection),
                  },
                  {
                    term: "Messages a second",
                    value: lowered(limits.messagesPerSecond, lane.slowedTo?.messagesPerSecond),
                  },
                  { term: "TLS", value: TLS_WORDS[limits.tls] },
                  {
                    term: "Run by",
                    value: lane.workerId === null ? "nobody now" : `worker ${lane.workerId}`,
                  },
                ]}
              />
            ) : (
              <p className="text-muted">A relay has the limits that are set at its source.</p>
            )}
          </Panel>
        </div>
        <Panel title="What changed it" description="Replies, people and limits, newest first">
          <LaneTimeline events={events} now={now} />
        </Panel>
        <Panel title="Replies" description="Refusals of 48 hours, grouped by text" flush>
          <ReplyTable rows={replies.groups} zone="UTC" />
        </Panel>
      </div>
    </div>
  );
}

/** "5 (of 10)" where replies have lowered it. */
function lowered(limit: number, now: number | undefined): string {
  if (now === undefined || now >= limit) return String(limit);
  return `${Math.round(now * 100) / 100} (of ${limit})`;
}
