import type { Metadata } from "next";
import { AddSenderForm } from "#components/sender/add-sender-form.tsx";
import { SenderTable } from "#components/sender/sender-table.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { listSenders } from "#core/sender/read.ts";
import { requireWorkspace } from "../../../../_server/page.ts";
import { addSenderAction, makeDefaultSenderAction, removeSenderAction } from "../actions.ts";

export const metadata: Metadata = { title: "Senders" };

export default async function Page({ params }: PageProps<"/[workspace]/settings/senders">) {
  const { ctx, workspace, user } = await requireWorkspace((await params).workspace);
  const { slug } = workspace;
  const isOwner = workspace.role === "owner";
  const senders = await listSenders(ctx);
  return (
    <div className="stack">
      <Panel
        title="Senders"
        description="Names and addresses that mail is from. The domain of the address signs it."
        flush
      >
        <SenderTable
          senders={senders}
          domainsHref={user.isAdministrator ? "/admin/domains" : null}
          actions={
            isOwner
              ? {
                  makeDefault: makeDefaultSenderAction.bind(null, slug),
                  remove: removeSenderAction.bind(null, slug),
                }
              : null
          }
        />
      </Panel>
      {isOwner ? (
        <Panel
          title="Add a sender"
          description="A new domain gets a key of its own. An administrator finds its DNS records under Domains."
          className="max-w-3xl"
        >
          <AddSenderForm action={addSenderAction.bind(null, slug)} />
        </Panel>
      ) : null}
    </div>
  );
}
