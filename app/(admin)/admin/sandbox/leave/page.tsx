import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { CheckLine } from "#components/ui/check-line.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { Time } from "#components/ui/time.tsx";
import { readLeaveChecklist } from "#core/installation/read-leave.ts";
import { env } from "#core/platform/env.ts";
import { readNetwork } from "#core/platform/network.ts";
import { askNetworkAction, switchNetworkAction } from "./actions.ts";

export const metadata: Metadata = { title: "Leave the sandbox" };

export default async function Page() {
  const { ctx } = await requireAdministrator();
  const [{ checks, asking, checkedAt }, { network, locked }] = await Promise.all([
    readLeaveChecklist(ctx, env()),
    readNetwork(ctx.db, env()),
  ]);
  const open = checks.filter((check) => check.isOpen).length;
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Sandbox inbox", href: "/admin/sandbox" }, { label: "Leave" }]}
        title={network === "sandbox" ? "Leave the sandbox" : "Mail goes to the internet"}
        actions={<LiveStamp url="/api/live?topic=system" zone="UTC" renderedAt={Date.now()} />}
      />
      <div className="stack max-w-3xl">
        {locked ? <Banner tone="info">{locked}</Banner> : null}
        <Panel
          title="What has to hold first"
          description={
            <>
              From then on mail goes to real people.
              {checkedAt ? (
                <>
                  {" "}
                  DNS was asked <Time at={checkedAt} zone="UTC" />.
                </>
              ) : null}
            </>
          }
          actions={
            asking ? (
              <StatusChip tone="accent">asking</StatusChip>
            ) : (
              <ActionButton action={askNetworkAction} success="A worker asks now.">
                {checkedAt ? "Ask again" : "Ask DNS and port 25"}
              </ActionButton>
            )
          }
        >
          <ul>
            {checks.map((check) => (
              <CheckLine key={check.id} state={check.state}>
                {check.sentence}
              </CheckLine>
            ))}
          </ul>
        </Panel>
        {locked ? null : network === "internet" ? (
          <Panel title="Go back">
            <ActionButton
              action={switchNetworkAction}
              values={{ network: "sandbox", confirmation: "" }}
              success="The sandbox is on. Nothing reaches the world."
            >
              Go back to the sandbox
            </ActionButton>
          </Panel>
        ) : (
          <Panel title="Leave">
            {open > 0 ? (
              <p className="text-muted">Mend what is marked above, then the switch appears here.</p>
            ) : (
              <ActionForm
                action={switchNetworkAction}
                values={{ network: "internet" }}
                success="Mail goes to real people from now on."
              >
                <TextField name="confirmation" label="Type the word internet" required autoComplete="off" />
                <div>
                  <SubmitButton>Send to the internet</SubmitButton>
                </div>
              </ActionForm>
            )}
          </Panel>
        )}
      </div>
    </div>
  );
}
