import { Plus } from "lucide-react";
import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import {
  FirstSteps,
  GrowthChart,
  LivePanel,
  LooksPanel,
  OriginsPanel,
  SentPanel,
  UpcomingPanel,
} from "#components/home/home-panels.tsx";
import { MailPulse } from "#components/shell/mail-pulse.tsx";
import { formatMoment } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { describePulse } from "#components/workspace/describe-pulse.ts";
import { readPulse } from "#core/delivery/pulse.ts";
import { readHome } from "#core/home/read.ts";
import { hasRole } from "#core/platform/context.ts";

export const metadata: Metadata = { title: "Home" };

export default async function Page({ params }: PageProps<"/[workspace]">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const path = `/${workspace.slug}`;
  const zone = workspace.timeZone;
  const now = new Date();
  const [home, pulse] = await Promise.all([
    readHome(ctx, workspace.slug),
    readPulse(ctx, { workspaceId: ctx.workspaceId }),
  ]);
  const isNew = !home.steps.hasCampaign && home.live.length === 0;
  const topics = [
    `workspace:${ctx.workspaceId}`,
    ...home.live.slice(0, 3).map((row) => `campaign:${row.id}`),
  ];
  return (
    <div className="page">
      <PageHeader
        title="Home"
        subtitle={formatMoment(now, zone, now)}
        actions={
          <>
            <LiveStamp
              url={`/api/live?${topics.map((topic) => `topic=${topic}`).join("&")}`}
              zone={zone}
              renderedAt={now.getTime()}
            />
            {hasRole(ctx.role, "marketer") ? (
              <LinkButton href={`${path}/campaigns/new`} variant="primary" icon={<Plus />}>
                New campaign
              </LinkButton>
            ) : null}
          </>
        }
      />
      <div className="home">
        <div className="md:hidden">
          <MailPulse pulse={describePulse(pulse, { slug: workspace.slug, zone, now })} />
        </div>
        <div className="home-first stack">
          {isNew ? <FirstSteps steps={home.steps} path={path} /> : null}
          <LivePanel rows={home.live} path={path} zone={zone} now={now} />
        </div>
        <div className="home-side stack">
          <LooksPanel looks={home.looks} />
          <UpcomingPanel rows={home.upcoming} path={path} zone={zone} />
          {home.steps.hasPeople ? <OriginsPanel rows={home.origins} /> : null}
        </div>
        <div className="home-rest stack">
          {home.sent.length > 0 ? <SentPanel rows={home.sent} path={path} zone={zone} /> : null}
          {home.steps.hasPeople ? <GrowthChart weeks={home.weeks} zone={zone} now={now} /> : null}
        </div>
      </div>
    </div>
  );
}
