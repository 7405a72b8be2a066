import type { Metadata } from "next";
import { RememberWorkspace } from "#components/workspace/remember-workspace.tsx";
import { requireWorkspace } from "../../_server/page.ts";
import { Shell } from "../../_server/shell.tsx";

export async function generateMetadata({ params }: LayoutProps<"/[workspace]">): Promise<Metadata> {
  const { workspace } = await requireWorkspace((await params).workspace);
  const name = workspace.name.replaceAll("%s", "");
  return { title: { template: `%s, ${name}, Lettermill`, default: `${name}, Lettermill` } };
}

export default async function Layout({ params, children }: LayoutProps<"/[workspace]">) {
  const { workspace } = await requireWorkspace((await params).workspace);
  return (
    <Shell workspace={workspace}>
      <RememberWorkspace slug={workspace.slug} />
      {children}
    </Shell>
  );
}
