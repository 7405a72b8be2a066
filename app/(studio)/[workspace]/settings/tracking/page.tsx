import type { Metadata } from "next";
import { Panel } from "#components/ui/panel.tsx";
import { TrackingForm } from "#components/workspace/tracking-form.tsx";
import { requireWorkspace } from "../../../../_server/page.ts";
import { saveTrackingAction } from "../actions.ts";

export const metadata: Metadata = { title: "Tracking settings" };

export default async function Page({ params }: PageProps<"/[workspace]/settings/tracking">) {
  const { workspace } = await requireWorkspace((await params).workspace);
  return (
    <div className="stack max-w-3xl">
      <Panel
        title="Tracking"
        description="For campaigns made from now on. Each campaign can differ; those already made keep theirs."
      >
        <TrackingForm
          action={saveTrackingAction.bind(null, workspace.slug)}
          trackOpens={workspace.trackOpens}
          trackClicks={workspace.trackClicks}
          readOnly={workspace.role !== "owner"}
        />
      </Panel>
    </div>
  );
}
