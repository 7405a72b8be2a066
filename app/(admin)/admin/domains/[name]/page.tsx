import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { VerdictChip } from "#components/sender-domain/verdict.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { formatExact } from "#components/ui/format.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { env } from "#core/platform/env.ts";
import { readNetwork } from "#core/platform/network.ts";
import { getSenderDomain } from "#core/sender-domain/read.ts";
import { addEd25519Action, checkDomainAction, removeEd25519Action } from "../actions.ts";

export const metadata: Metadata = { title: "Domain" };

const WHAT: Record<string, string> = {
  dkim: "DKIM: the key that receivers check signatures with",
  "dkim-ed25519": "DKIM, second key (Ed25519): signs besides the first as soon as its record is found",
  spf: "SPF: which addresses may send for the return path",
  dmarc: "DMARC: what receivers do with mail that is not ours",
  "return-path": "Return path: where bounces and complaints come back to",
};

export default async function Page({ params }: PageProps<"/admin/domains/[name]">) {
  const { ctx } = await requireAdministrator();
  const domain = await orNotFound(getSenderDomain(ctx, decodeURIComponent((await params).name)));
  const { dnsServers } = await readNetwork(ctx.db, env());
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Domains", href: "/admin/domains" }, { label: domain.name }]}
        title={domain.name}
        subtitle={`${domain.checkedAt ? `Checked ${formatExact(domain.checkedAt, "UTC")}` : "Never checked"}, asking ${dnsServers.map((server) => server.host).join(", ")}.`}
        actions={
          <>
            {domain.ed25519 ? (
              <ActionButton
                action={removeEd25519Action}
                values={{ senderDomainId: String(domain.id) }}
                success="Taken away. Mail goes on with the first signature."
              >
                Remove Ed25519
              </ActionButton>
            ) : (
              <ActionButton
                action={addEd25519Action}
                values={{ senderDomainId: String(domain.id) }}
                success="There is a second key. Publish its record, then check."
              >
                Add Ed25519
              </ActionButton>
            )}
            <ActionButton
              action={checkDomainAction}
              values={{ senderDomainId: String(domain.id) }}
              variant="primary"
              success="Asked. What was found stands below."
            >
              Check now
            </ActionButton>
          </>
        }
      />
      <div className="stack">
        {domain.records.map((record) => (
          <Panel
            key={record.record}
            title={WHAT[record.record] ?? record.record}
            actions={<VerdictChip verdict={record.check?.verdict ?? null} />}
          >
            <div className="grid gap-3">
              <CodeBlock label={`Name of the ${record.record} record, type ${record.type}`} copy>
                {record.name}
              </CodeBlock>
              <CodeBlock label={`Value of the ${record.record} record to publish`} copy>
                {record.expected}
              </CodeBlock>
              {record.check ? (
                <div className="grid gap-1">
                  <p className="text-help text-muted">Found</p>
                  {record.check.found.length > 0 ? (
                    <CodeBlock label={`Value of the ${record.record} record found in DNS`}>
                      {record.check.found.join("\n")}
                    </CodeBlock>
                  ) : (
                    <p>
                      {record.check.verdict === "could-not-ask"
                        ? "DNS did not answer. That is no pass and no fail."
                        : "Nothing."}
                    </p>
                  )}
                </div>
              ) : null}
            </div>
          </Panel>
        ))}
      </div>
    </div>
  );
}
