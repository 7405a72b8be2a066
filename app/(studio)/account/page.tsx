import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { AccountForms } from "#components/user/account-forms.tsx";
import { SessionTable } from "#components/user/session-table.tsx";
import { listSessions } from "#core/user/read.ts";
import { makeContext } from "../../_server/context.ts";
import { requireUser } from "../../_server/page.ts";
import { changeNameAction, changePasswordAction, endSessionAction } from "./actions.ts";

export default async function Page() {
  const { user, actor } = await requireUser();
  const sessions = await listSessions(makeContext(actor), { userId: user.id });
  return (
    <div className="page">
      <PageHeader title="Account" subtitle={user.address} />
      <div className="stack max-w-3xl">
        <AccountForms
          user={{ name: user.name, address: user.address }}
          changeName={changeNameAction}
          changePassword={changePasswordAction}
        />
        <Panel
          title="Where you are logged in"
          description="Ending a session holds from its next click."
          flush
        >
          <SessionTable sessions={sessions} currentId={user.sessionId} end={endSessionAction} />
        </Panel>
      </div>
    </div>
  );
}
