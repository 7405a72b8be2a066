import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireAdministrator } from "#app/_server/page.ts";
import { ProtectionList } from "#components/recipient-domain/protection-list.tsx";
import { RecordList } from "#components/sender-domain/record-list.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { formatExact } from "#components/ui/format.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { believesDnssec } from "#core/domain/dns.ts";
import { describeProtection } from "#core/domain/protection.ts";
import { findRecipientDomain } from "#core/domain/read.ts";
import { env } from "#core/platform/env.ts";
import { readNetwork } from "#core/platform/network.ts";
import { findSenderDomain } from "#core/sender-domain/read.ts";
import { addEd25519Action, checkDomainAction, removeEd25519Action } from "../actions.ts";

export const metadata: Metadata = { title: "Domain" };

/** A domain that signs, one that is written to, or both. */
export default async function Page({ params }: PageProps<"/admin/domains/[name]">) {
  const { ctx } = await requireAdministrator();
  const name = decodeURIComponent((await params).name).toLowerCase();
  const [domain, recipient, network] = await Promise.all([
    findSenderDomain(ctx, name),
    findRecipientDomain(ctx, name),
    readNetwork(ctx.db, env()),
  ]);
  if (!domain && !recipient) notFound();
  const asking = network.dnsServers.map((server) => server.host).join(", ");
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Domains", href: "/admin/domains" }, { label: name }]}
        title={name}
        subtitle={
          domain
            ? `${domain.checkedAt ? `Checked ${formatExact(domain.checkedAt, "UTC")}` : "Never checked"}, asking ${asking}.`
            : (recipient?.error ?? `Mail to it goes to ${recipient?.site}, says ${asking}.`)
        }
        actions={domain ? <Actions domain={domain} /> : null}
      />
      <div className="stack">
        {domain ? <RecordList records={domain.records} /> : null}
        {recipient ? (
          <ProtectionList
            heading={domain ? `Mail to people at ${name}` : null}
            protections={describeProtection(recipient, ctx.now(), believesDnssec(network))}
          />
        ) : null}
      </div>
    </div>
  );
}

function Actions({ domain }: { domain: NonNullable<Awaited<ReturnType<typeof findSenderDomain>>> }) {
  const values = { senderDomainId: String(domain.id) };
  return (
    <>
      {domain.ed25519 ? (
        <ActionButton
          action={removeEd25519Action}
          values={values}
          success="Taken away. Mail goes on with the first signature."
        >
          Remove Ed25519
        </ActionButton>
      ) : (
        <ActionButton
          action={addEd25519Action}
          values={values}
          success="There is a second key. Publish its record, then check."
        >
          Add Ed25519
        </ActionButton>
      )}
      <ActionButton
        action={checkDomainAction}
        values={values}
        variant="primary"
        success="Asked. What was found stands below."
      >
        Check now
      </ActionButton>
    </>
  );
}
