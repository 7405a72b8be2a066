import type { Metadata } from "next";
import Link from "next/link";
import { notFound, redirect } from "next/navigation";
import { Suspense } from "react";
import { draftChecks } from "#app/_server/draft-checks.ts";
import { requireWorkspace } from "#app/_server/page.ts";
import { AudiencePanel } from "#components/campaign/audience-panel.tsx";
import { CampaignStateChip } from "#components/campaign/campaign-state-chip.tsx";
import { CheckList } from "#components/campaign/check-list.tsx";
import { ForecastPanel, ForecastSkeleton } from "#components/campaign/forecast-panel.tsx";
import { LiquidText } from "#components/campaign/liquid-text.tsx";
import { SendForm } from "#components/campaign/send-form.tsx";
import { TakeBack } from "#components/campaign/take-back.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { countOf, formatExact } from "#components/ui/format.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import type { CheckTarget } from "#core/campaign/checks.ts";
import { countAudience } from "#core/campaign/count-audience.ts";
import { forecastCampaign } from "#core/campaign/forecast.ts";
import { readCampaign, readWritingAids } from "#core/campaign/read-draft.ts";
import { readUsualAudience } from "#core/campaign/read-usual.ts";
import { renderCampaignFor } from "#core/campaign/render-content.ts";
import { hasRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { sendCampaignAction, unscheduleCampaignAction } from "../../actions.ts";

/** Counts by provider, which takes as long as the audience itself: after the page. */
async function WhenItArrives({
  ctx,
  campaignId,
  start,
  zone,
  lateHref,
}: {
  ctx: WorkspaceCtx;
  campaignId: number;
  start: Date | null;
  zone: string;
  lateHref: string;
}) {
  const forecast = await forecastCampaign(ctx, { campaignId });
  if (!forecast) return null;
  const now = new Date();
  return (
    <ForecastPanel
      forecast={forecast}
      start={Math.max(now.getTime(), start?.getTime() ?? 0)}
      zone={zone}
      now={now}
      title="When it arrives"
      lateHref={lateHref}
    />
  );
}

export const metadata: Metadata = { title: "Review and send" };

export default async function Page({ params }: PageProps<"/[workspace]/campaigns/[id]/review">) {
  const { workspace: slug, id } = await params;
  const { ctx, workspace } = await requireWorkspace(slug);
  const parts = await readCampaign(ctx, { campaignId: Number(id) });
  if (!parts) notFound();
  const { campaign, sender } = parts;
  const path = `/${slug}/campaigns/${campaign.id}`;
  if (campaign.state !== "draft" && campaign.state !== "scheduled") redirect(path);
  const [count, aids, usual] = await Promise.all([
    countAudience(ctx, { audience: campaign.audience }),
    readWritingAids(ctx),
    readUsualAudience(ctx),
  ]);
  const [checks, rendered] = await Promise.all([
    draftChecks(ctx, campaign.id, count.audience),
    renderCampaignFor(ctx, parts, { subscriberId: null }),
  ]);
  const blocking = checks.filter((check) => check.severity === "block").length;
  const canSend = hasRole(ctx.role, "marketer");
  const limit = workspace.typeNumberAbove;
  const typeNumber =
    limit !== null && count.audience > limit
      ? "More people than the limit that an owner set."
      : usual !== null && count.audience > 3 * usual
        ? `More than three times your usual ${usual} people.`
        : null;
  const names = (side: typeof campaign.audience.include) => [
    ...aids.lists.filter((list) => side.lists.includes(list.id)).map((list) => list.name),
    ...aids.segments.filter((segment) => side.segments.includes(segment.id)).map((segment) => segment.name),
  ];
  const hrefOf = (target: CheckTarget) =>
    target === "workspace-settings"
      ? `/${slug}/settings/general`
      : target === "sender-settings"
        ? `/${slug}/settings/senders`
        : `${path}?go=${target}`;
  return (
    <div className="page">
      <PageHeader
        crumbs={[
          { label: "Campaigns", href: `/${slug}/campaigns` },
          { label: campaign.name, href: path },
          { label: "Review and send" },
        ]}
        title="Review and send"
        chip={<CampaignStateChip state={campaign.state} />}
        subtitle={campaign.name}
      />
      <div className="stack">
        <div className="split">
          <div className="stack">
            {campaign.launchRefusal ? (
              <Banner tone="warning" title="It was not sent.">
                {campaign.launchRefusal}
              </Banner>
            ) : null}
            {campaign.state === "scheduled" && campaign.scheduledAt ? (
              <TakeBack
                startsAt={campaign.scheduledAt.toISOString()}
                campaignId={campaign.id}
                when={formatExact(campaign.scheduledAt, workspace.timeZone)}
                action={canSend ? unscheduleCampaignAction.bind(null, slug) : null}
              />
            ) : null}
            <AudiencePanel
              count={count}
              names={{ include: names(campaign.audience.include), exclude: names(campaign.audience.exclude) }}
              changeHref={`${path}?go=audience`}
              peopleHref={`${path}/review/people`}
              zone={workspace.timeZone}
              countedAt={new Date()}
            />
            {count.audience > 0 ? (
              <Suspense fallback={<ForecastSkeleton />}>
                <WhenItArrives
                  ctx={ctx}
                  campaignId={campaign.id}
                  start={campaign.scheduledAt}
                  zone={workspace.timeZone}
                  lateHref={`${path}?go=expireAfterHours`}
                />
              </Suspense>
            ) : null}
            {campaign.state === "draft" && canSend ? (
              <SendForm
                action={sendCampaignAction.bind(null, slug)}
                values={{
                  campaignId: String(campaign.id),
                  revision: String(campaign.revision),
                  expectedAudience: String(count.audience),
                }}
                people={count.audience}
                takeBackSeconds={workspace.takeBackSeconds}
                zone={workspace.timeZone}
                zoneLabel={workspace.timeZone.replaceAll("_", " ")}
                typeNumber={typeNumber}
                blockedBy={
                  blocking > 0
                    ? `You cannot send yet: ${countOf(blocking, "check", "checks")} to mend first.`
                    : null
                }
              />
            ) : null}
          </div>
          <div className="stack">
            <Panel
              title="Checks"
              description={`${checks.filter((check) => check.severity === "pass").length} of ${checks.length} pass`}
            >
              <CheckList
                checks={checks}
                action={(target, label) => (
                  <Link className="link" href={hrefOf(target)}>
                    {label}
                  </Link>
                )}
              />
            </Panel>
            <Panel title="Envelope">
              <DefinitionList
                layout="stacked"
                facts={[
                  {
                    term: "Subject",
                    value: campaign.subject ? <LiquidText text={campaign.subject} /> : "none yet",
                  },
                  { term: "From", value: sender ? `${sender.name}, ${sender.address}` : "no sender yet" },
                  {
                    term: "Replies to",
                    value: campaign.replyTo || sender?.replyTo || sender?.address || "no sender yet",
                  },
                  { term: "Gives up", value: `${campaign.expireAfterHours} hours after it starts` },
                ]}
              />
            </Panel>
          </div>
        </div>
        {rendered.ok && rendered.preview.html && campaign.html.trim() !== "" ? (
          <Panel title="The mail" description="As somebody of whom nothing is known gets it" flush>
            <iframe
              title="The mail"
              sandbox=""
              srcDoc={rendered.preview.html}
              className="h-[60vh] w-full bg-white"
            />
          </Panel>
        ) : null}
      </div>
    </div>
  );
}
