import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { LaneTable } from "#components/lane/lane-views.tsx";
import { SourceActs } from "#components/source/source-acts.tsx";
import { SourceDeeds } from "#components/source/source-deeds.tsx";
import { IpSourceForm, RelaySourceForm } from "#components/source/source-forms.tsx";
import { SourceStateChip } from "#components/source/source-state-chip.tsx";
import { TestPanel } from "#components/source/test-panel.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { listLanes } from "#core/lane/read.ts";
import { type CertificateFacts, readCertificate } from "#core/source/certificates.ts";
import { getSource } from "#core/source/read.ts";
import { readSourceDeeds, readSourceRole } from "#core/source/read-role.ts";
import { listSourceTests } from "#core/source/test.ts";
import type { SourceState } from "#core/source/types.ts";
import {
  drainSourceAction,
  holdSourceAction,
  releaseSourceAction,
  removeSourceAction,
  trustCertificateAction,
  updateSourceAction,
} from "../actions.ts";
import { testSourceAction } from "../test-action.ts";

export const metadata: Metadata = { title: "Source" };

export default async function Page({ params }: PageProps<"/admin/sources/[id]">) {
  const { ctx, user } = await requireAdministrator();
  const source = await orNotFound(getSource(ctx, Number((await params).id) || 0));
  const [tests, lanes, role, deeds] = await Promise.all([
    listSourceTests(ctx, source.id),
    listLanes(ctx),
    readSourceRole(ctx, source.id),
    readSourceDeeds(ctx, source.id),
  ]);
  // Of each certificate once, and not of the one that is trusted by now.
  const shown: Record<number, CertificateFacts> = {};
  for (const test of tests) {
    const facts = test.certificate && source.kind === "relay" ? readCertificate(test.certificate) : null;
    const isKnown = Object.values(shown).some((one) => one.fingerprint === facts?.fingerprint);
    if (facts && !isKnown && test.certificate !== source.certificate) shown[test.id] = facts;
  }
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Sources & pools", href: "/admin/sources" }, { label: source.name }]}
        title={source.name}
        chip={<SourceStateChip state={source.state} inHands={role.inHands} />}
        subtitle={source.kind === "ip" ? `Local address ${source.ip}` : `Relay ${source.host}:${source.port}`}
        actions={
          <>
            <LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={Date.now()} />
            <SourceActs
              source={source}
              role={role}
              actions={{
                hold: holdSourceAction,
                drain: drainSourceAction,
                release: releaseSourceAction,
                remove: removeSourceAction,
              }}
            />
          </>
        }
      />
      <div className="stack">
        {source.state === "active" ? null : (
          <Panel title={stoppedSentence(source.state, role.inHands)} lead>
            <p className="text-muted">
              {role.pools.filter((pool) => pool.others.length === 0 && pool.waiting > 0).length > 0
                ? `Mail waits: no source sends for ${role.pools
                    .filter((pool) => pool.others.length === 0)
                    .map((pool) => pool.name)
                    .join(", ")}.`
                : "The other sources of its pools carry the mail."}
            </p>
          </Panel>
        )}
        <TestPanel
          action={testSourceAction}
          sourceId={source.id}
          tests={tests}
          defaultTo={user.address}
          shown={shown}
          trustAction={trustCertificateAction}
        />
        <Panel title="Settings" className="max-w-3xl">
          {source.kind === "ip" ? (
            <IpSourceForm action={updateSourceAction} source={source} submit="Save" />
          ) : (
            <RelaySourceForm
              key={source.certificate}
              action={updateSourceAction}
              source={source}
              submit="Save"
            />
          )}
        </Panel>
        <LaneTable rows={lanes.filter((lane) => lane.sourceId === source.id)} />
        <Panel title="Who did what" className="max-w-3xl">
          <SourceDeeds deeds={deeds} />
        </Panel>
      </div>
    </div>
  );
}

function stoppedSentence(state: SourceState, inHands: number): string {
  if (state === "held") {
    return inHands > 0
      ? `Held. ${formatNumber(inHands)} in flight will finish.`
      : "Held. Nothing leaves by it until somebody lets it send again.";
  }
  return inHands > 0
    ? `Draining: ${formatNumber(inHands)} still with it. It takes nothing new.`
    : "Drained: it holds nothing any more, and takes nothing new.";
}
