import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { LaneTable } from "#components/lane/lane-views.tsx";
import { QuotaList } from "#components/limit/quota-list.tsx";
import { ReceiversPanel } from "#components/source/receivers-panel.tsx";
import { SourceActs } from "#components/source/source-acts.tsx";
import { SourceDeeds } from "#components/source/source-deeds.tsx";
import { IpSourceForm, RelaySourceForm } from "#components/source/source-forms.tsx";
import { SourceStateChip } from "#components/source/source-state-chip.tsx";
import { TestPanel } from "#components/source/test-panel.tsx";
import { WarmupForm } from "#components/source/warmup-form.tsx";
import { WarmupTable } from "#components/source/warmup-views.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { CheckLine } from "#components/ui/check-line.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { formatMoment, formatNumber } from "#components/ui/format.ts";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import { listLanes } from "#core/lane/read.ts";
import { listRelayQuotas } from "#core/limit/read-quotas.ts";
import { WARMUP_PLANS } from "#core/mail/warmup/plans.ts";
import { RECEIVERS, readAbandoned } from "#core/source/avoid.ts";
import { type CertificateFacts, readCertificate } from "#core/source/certificates.ts";
import { getSource } from "#core/source/read.ts";
import { readSourceDeeds, readSourceRole, type SourceRole } from "#core/source/read-role.ts";
import { readStandings } from "#core/source/read-standing.ts";
import { listSourceTests } from "#core/source/test.ts";
import type { SourceState } from "#core/source/types.ts";
import { listWarmups, warmupName } from "#core/warmup/read.ts";
import { WARMUP_BUCKETS } from "#core/warmup/start.ts";
import { askNetworkAction } from "../../sandbox/leave/actions.ts";
import {
  avoidReceiversAction,
  drainSourceAction,
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
  const [tests, lanes, warmups, role, deeds, quotas, standingOf, abandoned] = await Promise.all([
    listSourceTests(ctx, source.id),
    listLanes(ctx),
    listWarmups(ctx, source.id),
    readSourceRole(ctx, source.id),
    readSourceDeeds(ctx, source.id),
    listRelayQuotas(ctx, source),
    readStandings(ctx),
    readAbandoned(ctx),
  ]);
  const standing = standingOf(source);
  const now = new Date();
  const isSuspended = source.suspendedUntil !== null && source.suspendedUntil > now;
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
        chip={
          <SourceStateChip
            state={source.state}
            inHands={role.inHands}
            suspendedUntil={source.suspendedUntil}
          />
        }
        subtitle={source.kind === "ip" ? `Local address ${source.ip}` : `Relay ${source.host}:${source.port}`}
        actions={
          <>
            <LiveStamp url="/api/live?topic=lanes" zone="UTC" renderedAt={Date.now()} />
            <SourceActs
              source={source}
              isSuspended={isSuspended}
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
            <p className="text-muted">{whoCarries(role)}</p>
          </Panel>
        )}
        {isSuspended && source.suspendedUntil ? (
          <Panel
            title={`Suspended everywhere until ${formatMoment(source.suspendedUntil, "UTC", now)} UTC: receivers say that it is on a block list.`}
            lead
          >
            {source.suspendedReply ? <ReplyText block>{source.suspendedReply}</ReplyText> : null}
            <p className="mt-2 text-muted">
              Look it up on the list that they name, and ask for removal there. Then it is tried again by
              itself. {whoCarries(role)}
            </p>
          </Panel>
        ) : null}
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
        <ReceiversPanel
          action={avoidReceiversAction}
          source={source}
          receivers={RECEIVERS}
          abandoned={abandoned.filter(({ pool }) => role.pools.some(({ name }) => name === pool))}
        />
        {standing ? (
          <Panel
            title="How receivers see it"
            description={
              standing.checkedAt ? (
                <>
                  Asked <Time at={standing.checkedAt} zone="UTC" /> UTC, and every day while mail goes to the
                  internet.
                </>
              ) : (
                "Its name in DNS, whether that leads back, SPF, and the way out"
              )
            }
            className="max-w-3xl"
            actions={
              standing.isAsking ? (
                <StatusChip tone="accent">asking</StatusChip>
              ) : (
                <ActionButton action={askNetworkAction} size="small" success="A worker asks now.">
                  {standing.checkedAt ? "Check again" : "Check now"}
                </ActionButton>
              )
            }
          >
            {standing.checks.length > 0 ? (
              <ul>
                {standing.checks.map((check) => (
                  <CheckLine key={check.id} state={check.state}>
                    {check.sentence}
                  </CheckLine>
                ))}
              </ul>
            ) : (
              <p className="text-muted">
                {source.state === "active"
                  ? "Not asked yet. The internet's DNS is asked about the address and its name, and about nothing else."
                  : "Only sources that send are asked about."}
              </p>
            )}
          </Panel>
        ) : null}
        {quotas.length > 0 ? (
          <Panel title="Taken today" description="Days begin at 00:00 UTC" className="max-w-3xl">
            <QuotaList rows={quotas} />
          </Panel>
        ) : null}
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
                    values={{ sourceId: String(source.id) }}
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
        <Panel title="Who did what" className="max-w-3xl">
          <SourceDeeds deeds={deeds} />
        </Panel>
      </div>
    </div>
  );
}

/** What becomes of its mail meanwhile. */
function whoCarries({ pools }: SourceRole): string {
  const alone = pools.filter((pool) => pool.others.length === 0);
  return alone.some((pool) => pool.waiting > 0)
    ? `Mail waits: no source sends for ${alone.map((pool) => pool.name).join(", ")}.`
    : alone.length < pools.length
      ? "The other sources of its pools carry the mail."
      : "No mail waits for it.";
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
