import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { MailTable } from "#components/sandbox/mail-table.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { hrefWith } from "#components/ui/href.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { Toolbar } from "#components/ui/toolbar.tsx";
import { env } from "#core/platform/env.ts";
import { readNetwork } from "#core/platform/network.ts";
import { guardedDomains } from "#core/sandbox-mail/guarded-domains.ts";
import { listSandboxMails } from "#core/sandbox-mail/read.ts";

export const metadata: Metadata = { title: "Sandbox inbox" };

const PATH = "/admin/sandbox";
const HABITS = [
  ["+unknown", "refused: no such user"],
  ["+full", "refused for now: mailbox full"],
  ["+grey", "greylisted: accepted at the second try"],
  ["+defer", "deferred twice, then accepted"],
  ["+blocked", "refused for our reputation"],
  ["+slow", "answers slowly"],
  ["+dropafter", "takes the mail and hangs up before saying so"],
  ["+dsn", "accepts, and sends a bounce later"],
  ["+complain", "accepts, and complains"],
  ["+open, +click", "opens, and clicks like a person"],
  ["+scan", "follows all links like a scanner"],
  ["+unsubscribe", "uses one-click unsubscribe"],
] as const;

export default async function Page({ searchParams }: PageProps<"/admin/sandbox">) {
  const { ctx } = await requireAdministrator();
  const query = await searchParams;
  const q = typeof query.q === "string" ? query.q : null;
  const after = Number(query.after) || null;
  const [{ rows, next }, { network }] = await Promise.all([
    listSandboxMails(ctx, { q, after }),
    readNetwork(ctx.db, env()),
  ]);
  return (
    <div className="page">
      <PageHeader
        title="Sandbox inbox"
        subtitle="Receivers on this machine that behave like the big providers. The last 5,000 mails are kept."
        actions={
          <>
            <LiveStamp url="/api/live?topic=sandbox" zone="UTC" renderedAt={Date.now()} />
            <LinkButton href={`${PATH}/leave`}>
              {network === "sandbox" ? "Leave the sandbox" : "Go back to the sandbox"}
            </LinkButton>
          </>
        }
      />
      <div className="stack">
        {network === "internet" ? (
          <Banner tone="info" title="The sandbox is off.">
            Mail goes to real people now. What stands here arrived before.
          </Banner>
        ) : null}
        <Toolbar>
          <SearchField label="Recipient or subject" />
        </Toolbar>
        <MailTable
          rows={rows}
          search={q !== null}
          pager={{
            text: "Newest first",
            back: after ? hrefWith(PATH, query, { after: null }) : null,
            next: next ? hrefWith(PATH, query, { after: next }) : null,
          }}
        />
        <Panel
          title="Addresses with habits"
          description="Write to anybody+habit@any.example to see one within seconds. Others behave at random, as people do."
        >
          <DefinitionList layout="columns" facts={HABITS.map(([term, value]) => ({ term, value }))} />
        </Panel>
        <Panel
          title="Domains that ask for encryption"
          description="Write to anybody at one of these to see what MTA-STS and DANE do to the mail."
        >
          <DefinitionList
            layout="stacked"
            facts={guardedDomains.map(({ domain, outcome }) => ({ term: domain, value: outcome }))}
          />
        </Panel>
      </div>
    </div>
  );
}
