import type { Metadata } from "next";
import Link from "next/link";
import { requireAdministrator } from "#app/_server/page.ts";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { AuthenticationChips } from "#components/sandbox/mail-table.tsx";
import { receiverName } from "#components/sandbox/receiver-name.ts";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { formatBytes, formatExact } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { findRecipientDomain } from "#core/domain/read.ts";
import { getSandboxMail } from "#core/sandbox-mail/read.ts";
import { showMail } from "#core/sandbox-mail/show.ts";

export const metadata: Metadata = { title: "Mail" };

export default async function Page({ params }: PageProps<"/admin/sandbox/[id]">) {
  const { ctx } = await requireAdministrator();
  const mail = await orNotFound(getSandboxMail(ctx, Number((await params).id) || 0));
  const shown = await showMail(mail.raw);
  const domain = mail.rcptTo.slice(mail.rcptTo.lastIndexOf("@") + 1).toLowerCase();
  const recipient = await findRecipientDomain(ctx, domain);
  const asks = recipient && (recipient.policy || recipient.hosts.length > 0);
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Sandbox inbox", href: "/admin/sandbox" }, { label: mail.subject || "no subject" }]}
        title={mail.subject || "no subject"}
        subtitle={`To ${mail.rcptTo}, received ${formatExact(mail.at, "UTC")} by ${receiverName(mail.provider)}`}
        actions={<LinkButton href={`/admin/sandbox/${mail.id}/raw`}>Source</LinkButton>}
      />
      <div className="split">
        <div className="stack">
          {shown.html ? (
            <Panel title="As it looks" flush>
              <iframe
                title={`The mail ${mail.subject ?? ""}`}
                sandbox="allow-popups allow-popups-to-escape-sandbox"
                srcDoc={shown.html}
                className="h-[70vh] w-full bg-white"
              />
            </Panel>
          ) : null}
          <Panel title="Text part">
            <pre className="whitespace-pre-wrap break-words text-table">{shown.text}</pre>
          </Panel>
        </div>
        <div className="stack">
          <Panel title="What the receiver made of it">
            <div className="grid gap-4">
              <AuthenticationChips value={mail.authentication} />
              <DefinitionList
                layout="stacked"
                facts={[
                  { term: "From the address", value: mail.clientIp },
                  { term: "Return path", value: mail.mailFrom },
                  { term: "Encryption", value: mail.encryption ?? "None: it came in clear text" },
                  ...(asks
                    ? [
                        {
                          term: "What its domain asks for",
                          value: (
                            <Link className="ink-link" href={`/admin/domains/${domain}`}>
                              {domain}
                            </Link>
                          ),
                        },
                      ]
                    : []),
                  { term: "Size", value: formatBytes(mail.size) },
                ]}
              />
            </div>
          </Panel>
          <Panel title="Headers">
            <CodeBlock label="Header lines">{shown.headers}</CodeBlock>
          </Panel>
          <Panel title="The SMTP talk">
            <CodeBlock label="SMTP conversation">{mail.transcript || "not kept"}</CodeBlock>
          </Panel>
        </div>
      </div>
    </div>
  );
}
