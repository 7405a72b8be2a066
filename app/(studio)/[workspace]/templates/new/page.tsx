import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireWorkspace } from "#app/_server/page.ts";
import { starterChoices } from "#app/_server/starter-choices.ts";
import { StartChoices } from "#components/campaign/start-choices.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { hasRole } from "#core/platform/context.ts";
import { createTemplateAndOpen } from "../actions.ts";

export const metadata: Metadata = { title: "New template" };

export default async function Page({ params }: PageProps<"/[workspace]/templates/new">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  if (!hasRole(ctx.role, "marketer")) notFound();
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Templates", href: `/${workspace.slug}/templates` }, { label: "New template" }]}
        title="New template"
      />
      <StartChoices
        action={createTemplateAndOpen.bind(null, workspace.slug)}
        nameLabel="Name"
        nameRequired
        chosen="starter:letter"
        groups={[{ title: "Start from", choices: await starterChoices(workspace.brandColor) }]}
        submit="Start writing"
      />
    </div>
  );
}
