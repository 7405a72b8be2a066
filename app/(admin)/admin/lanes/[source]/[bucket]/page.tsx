import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { requireAdministrator } from "#app/_server/page.ts";
import { BarsChart, ReplyTable } from "#components/deliverability/panels.tsx";
import { LaneStateChip } from "#components/lane/lane-views.tsx";
import { limitHref } from "#components/limit/limit-table.tsx";
import { TLS_WORDS } from "#components/limit/words.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { formatMoment, formatNumber } from "#components/ui/format.ts";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { readLaneBars, readReplies } from "#core/deliverability/read.ts";
import { listLanes } from "#core/lane/read.ts";
import { limitKeyOf } from "#core/limit/rules.ts";
import { holdLaneAction, releaseLaneAction } from "../../actions.ts";

export const metadata: Metadata = { title: "Lane" };

export default async function Page({ params }: PageProps<"/admin/lanes/[source]/[bucket]">) {
  const { source, bucket } = await params;
  const { ctx } = await requireAdministrator();
  const key = {
    sourceId: Number(source) || 0,
    bucket: Number.isSafeInteger(Number(bucket)) ? Number(bucket) : -1,
  };
  const [lane] = await listLanes(ctx, key);
  if (!lane) notFound();
  const [bars, replies] = await Promise.all([readLaneBars(ctx, key), readReplies(ctx, "48h", { lane: key })]);
  const now = new Date();
  const values = { laneId: String(lane.id) };
  const { limits } = lane;
  const limitKey = limitKeyOf(lane.bucket);
  const sentence =
    lane.state === "suspended" && lane.suspendedUntil
      ? `Suspended by the engine until ${formatMoment(lane.suspendedUntil, "UTC", now)} UTC. Then it tries again by itself.`
      : lane.state === "held"
        ? "Held by an administrator. Nothing leaves until it is released."
        : lane.state === "open"
          ? `Sending: ${formatNumber(lane.pace)} accepted in the last minute, ${formatNumber(lane.backlog)} wait.`
          : lane.backlog > 0
            ? `${formatNumber(lane.backlog)} wait for their turn.`
            : "No mail waits here.";
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Lanes", href: "/admin/lanes" }, { label: `${lane.source} to ${lane.name}` }]}
        title={`${lane.source} to ${lane.name}`}
        chip={<LaneStateChip lane={lane} />}
        actions={
          <>
            <LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={now.getTime()} />
            {lane.heldAt || lane.state === "suspended" ? (
              <ActionButton
                action={releaseLaneAction}
                values={values}
                variant="primary"
                success="The lane sends again."
              >
                {lane.heldAt ? "Release lane" : "Try now"}
              </ActionButton>
            ) : (
              <ActionButton
                action={holdLaneAction}
                values={values}
                success="The lane is held. What is in flight will finish."
              >
                Hold lane
              </ActionButton>
            )}
          </>
        }
      />
      <div className="stack">
        <Panel title={sentence} lead>
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
              limitKey ? (
                <Link className="ink-link" href={limitHref(limitKey)}>
                  Change
                </Link>
              ) : null
            }
          >
            {limits ? (
              <DefinitionList
                layout="rows"
                facts={[
                  { term: "Connections", value: `${lane.connections} open of ${limits.connections}` },
                  { term: "Messages a connection", value: String(limits.messagesPerConnection) },
                  {
                    term: "Messages a second",
                    value: String(limits.messagesPerSecond),
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
        <Panel title="Replies" description="Refusals of 48 hours, grouped by text" flush>
          <ReplyTable rows={replies.groups} zone="UTC" />
        </Panel>
      </div>
    </div>
  );
}
