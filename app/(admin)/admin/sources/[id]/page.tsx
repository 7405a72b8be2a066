import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { LaneTable } from "#components/lane/lane-views.tsx";
import { IpSourceForm, RelaySourceForm } from "#components/source/source-forms.tsx";
import { TestPanel } from "#components/source/test-panel.tsx";
import { WarmupForm } from "#components/source/warmup-form.tsx";
import { WarmupTable } from "#components/source/warmup-views.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { listLanes } from "#core/lane/read.ts";
import { WARMUP_PLANS } from "#core/mail/warmup/plans.ts";
import { type CertificateFacts, readCertificate } from "#core/source/certificates.ts";
import { getSource } from "#core/source/read.ts";
import { listSourceTests } from "#core/source/test.ts";
import { listWarmups, warmupName } from "#core/warmup/read.ts";
import { WARMUP_BUCKETS } from "#core/warmup/start.ts";
import {
  holdSourceAction,
  releaseSourceAction,
  removeSourceAction,
  startWarmupAction,
  stopWarmupAction,
  trustCertificateAction,
  updateSourceAction,
} from "../actions.ts";
import { testSourceAction } from "../test-action.ts";

export const metadata: Metadata = { title: "Source" };

export default async function Page({ params }: PageProps<"/admin/sources/[id]">) {
  const { ctx, user } = await requireAdministrator();
  const source = await orNotFound(getSource(ctx, Number((await params).id) || 0));
  const [tests, lanes, warmups] = await Promise.all([
    listSourceTests(ctx, source.id),
    listLanes(ctx),
    listWarmups(ctx, source.id),
  ]);
  // Of each certificate once, and not of the one that is trusted by now.
  const shown: Record<number, CertificateFacts> = {};
  for (const test of tests) {
    const facts = test.certificate && source.kind === "relay" ? readCertificate(test.certificate) : null;
    const isKnown = Object.values(shown).some((one) => one.fingerprint === facts?.fingerprint);
    if (facts && !isKnown && test.certificate !== source.certificate) shown[test.id] = facts;
  }
  const values = { sourceId: String(source.id) };
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Sources & pools", href: "/admin/sources" }, { label: source.name }]}
        title={source.name}
        chip={
          source.state === "active" ? (
            <StatusChip tone="success">active</StatusChip>
          ) : (
            <StatusChip tone="warning">held</StatusChip>
          )
        }
        subtitle={source.kind === "ip" ? `Local address ${source.ip}` : `Relay ${source.host}:${source.port}`}
        actions={
          <>
            <LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={Date.now()} />
            {source.state === "active" ? (
              <ActionButton
                action={holdSourceAction}
                values={values}
                success="Held. What is in flight will finish."
              >
                Hold source
              </ActionButton>
            ) : (
              <ActionButton
                action={releaseSourceAction}
                values={values}
                variant="primary"
                success="It carries mail again."
              >
                Release source
              </ActionButton>
            )}
            <ConfirmButton
              label="Remove…"
              variant="danger-ghost"
              title={`Remove ${source.name}?`}
              action={removeSourceAction}
              values={values}
              confirmLabel="Remove the source"
              goTo="/admin/sources"
            >
              Its mail leaves by the other sources of its pools. Its history stays in the charts.
            </ConfirmButton>
          </>
        }
      />
      <div className="stack">
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
        {source.kind === "ip" ? (
          <Panel
            title="Warm-up"
            description={
              warmups.length > 0
                ? "What providers may get from this address today, and how far it has come with each."
                : "A new address has to be made known to providers, with little mail at first."
            }
            flush={warmups.length > 0}
            actions={
              <>
                {warmups.length > 0 ? (
                  <ConfirmButton
                    label="Take as known…"
                    title={`Take ${source.name} as known?`}
                    action={stopWarmupAction}
                    values={values}
                    confirmLabel="End the warm-up"
                    danger={false}
                  >
                    From now on no day is capped: only each provider's limits hold. An address that is not
                    known yet may be blocked for it.
                  </ConfirmButton>
                ) : null}
                <WarmupForm
                  action={startWarmupAction}
                  sourceId={source.id}
                  plans={[
                    ...WARMUP_PLANS.map((plan) => ({ value: plan.key, label: plan.name })),
                    { value: "own", label: "My own table" },
                  ]}
                  providers={WARMUP_BUCKETS.map((bucket) => ({
                    value: String(bucket),
                    label: warmupName(bucket),
                  }))}
                  isAnew={warmups.length > 0}
                />
              </>
            }
          >
            {warmups.length > 0 ? (
              <WarmupTable rows={warmups} sourceId={source.id} now={new Date()} />
            ) : (
              <p className="text-muted">
                This address is taken as known: nothing caps its days. Start a warm-up where it is new, or was
                silent for a month.
              </p>
            )}
          </Panel>
        ) : null}
        <LaneTable rows={lanes.filter((lane) => lane.sourceId === source.id)} />
      </div>
    </div>
  );
}
