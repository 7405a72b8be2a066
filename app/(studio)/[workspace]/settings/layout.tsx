import { SettingsTabs } from "#components/workspace/settings-tabs.tsx";
import { requireWorkspace } from "../../../_server/page.ts";

export default async function Layout({ params, children }: LayoutProps<"/[workspace]/settings">) {
  const { workspace } = await requireWorkspace((await params).workspace);
  return (
    <div className="page">
      <SettingsTabs slug={workspace.slug} />
      {children}
    </div>
  );
}
