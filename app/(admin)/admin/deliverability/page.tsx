import type { Metadata } from "next";
import Link from "next/link";
import { requireAdministrator } from "#app/_server/page.ts";
import { BarsChart, ReplyTable, SplitTable, VerdictPanel } from "#components/deliverability/panels.tsx";
import { RateChart } from "#components/deliverability/rate-chart.tsx";
import { SplitChart } from "#components/deliverability/split-chart.tsx";
import { LaneMatrix } from "#components/lane/lane-views.tsx";
import { formatNumber, formatRate } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { StatRow } from "#components/ui/stat.tsx";
import {
  RANGES,
  type Range,
  readBars,
  readProviderDays,
  readReplies,
  readSplit,
  readVerdicts,
  readWaiting,
  SPLITS,
  type Split,
} from "#core/deliverability/read.ts";
import { healthSentence } from "#core/deliverability/rules.ts";
import { listLanes } from "#core/lane/read.ts";

export const metadata: Metadata = { title: "Deliverability" };

const PATH = "/admin/deliverability";
/** Replies shown before somebody asks for all. */
const FEW_REPLIES = 12;
const HEADS: Record<Split, string> = { provider: "Provider", source: "Source", domain: "Sender domain" };

export default async function Page({ searchParams }: PageProps<"/admin/deliverability">) {
  const { ctx } = await requireAdministrator();
  const query = await searchParams;
  const range = (Object.keys(RANGES) as Range[]).find((one) => one === query.range) ?? "48h";
  const showsAll = query.replies === "all";
  const split = SPLITS.find((one) => one === query.by) ?? "provider";
  const [{ bars, stepHours }, bySplit, days, verdicts, replies, lanes, waiting] = await Promise.all([
    readBars(ctx, range),
    readSplit(ctx, range, split),
    readProviderDays(ctx),
    readVerdicts(ctx, range),
    readReplies(ctx, range, { limit: showsAll ? 200 : FEW_REPLIES }),
    listLanes(ctx),
    readWaiting(ctx),
  ]);
  const sum = (key: "accepted" | "deferred" | "bounced" | "complained") =>
    bars.reduce((total, bar) => total + bar[key], 0);
  const suspended = lanes.filter((lane) => lane.state === "suspended");
  const now = new Date();
  return (
    <div className="page">
      <PageHeader
        title="Deliverability"
        subtitle={`${healthSentence(
          {
            accepted: sum("accepted"),
            deferred: sum("deferred"),
            bounced: sum("bounced"),
            complained: sum("complained"),
          },
          suspended.map((lane) => `${lane.source} to ${lane.name}`),
        )} All workspaces; times are UTC.`}
        actions={
          <>
            <LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={now.getTime()} />
            <Segmented
              label="Time"
              segments={(Object.keys(RANGES) as Range[]).map((one) => ({
                label: one,
                href: hrefWith(PATH, query, { range: one }),
                current: one === range,
              }))}
            />
          </>
        }
      />
      <div className="stack">
        <StatRow
          stats={[
            {
              key: "accepted",
              label: "Accepted",
              outcome: "accepted",
              value: formatRate(sum("accepted"), sum("accepted") + sum("bounced")),
              detail: `${formatNumber(sum("accepted"))} messages`,
            },
            {
              key: "deferred",
              label: "Deferred",
              outcome: "deferred",
              value: formatNumber(sum("deferred")),
              detail: "replies, tried again",
              href: "#refused",
            },
            {
              key: "bounced",
              label: "Bounced",
              outcome: "bounced",
              value: formatRate(sum("bounced"), sum("accepted") + sum("bounced")),
              detail: `${formatNumber(sum("bounced"))} messages`,
              href: "#refused",
            },
            {
              key: "complained",
              label: "Complained",
              outcome: "complained",
              value: formatRate(sum("complained"), sum("accepted")),
              detail: `${formatNumber(sum("complained"))} reports`,
              href: "/admin/suppressions?reason=complaint",
            },
            {
              key: "waiting",
              label: "Waiting",
              outcome: "waiting",
              value: formatNumber(waiting),
              detail: `in ${formatNumber(lanes.length)} lanes`,
              href: "/admin/lanes",
            },
          ]}
        />
        <div className="split">
          <BarsChart bars={bars} stepHours={stepHours} zone="UTC" now={now} />
          <RateChart {...days} rate="complained" now={now} />
        </div>
        <div className="grid gap-4 lg:grid-cols-2">
          <RateChart {...days} rate="deferred" now={now} />
          <RateChart {...days} rate="bounced" now={now} />
        </div>
        <Panel title="Lanes" description="One source to one provider. Pace now, or what waits." flush>
          <LaneMatrix rows={lanes} />
        </Panel>
        <SplitChart
          split={bySplit}
          head={HEADS[split]}
          zone="UTC"
          now={now}
          actions={
            <Segmented
              label="Split by"
              segments={SPLITS.map((one) => ({
                label: HEADS[one],
                href: hrefWith(PATH, query, { by: one }),
                current: one === split,
              }))}
            />
          }
        />
        <Panel title={`Rates by ${HEADS[split].toLowerCase()}`} flush>
          <SplitTable rows={bySplit.rows} head={HEADS[split]} />
        </Panel>
        <VerdictPanel id="refused" rows={verdicts} />
        <Panel
          id="replies"
          title="Newest replies"
          description="Grouped by text: numbers, addresses and ids are masked."
          flush
          actions={
            replies.total > FEW_REPLIES ? (
              <Link
                className="link"
                href={`${hrefWith(PATH, query, { replies: showsAll ? null : "all" })}#replies`}
                scroll={false}
              >
                {showsAll ? "Newest only" : `All ${formatNumber(replies.total)}`}
              </Link>
            ) : null
          }
        >
          <ReplyTable rows={replies.groups} zone="UTC" showLane />
        </Panel>
      </div>
    </div>
  );
}
