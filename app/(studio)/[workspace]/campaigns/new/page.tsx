import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { liquidWords } from "#components/campaign/liquid-words.ts";
import { StartChoices } from "#components/campaign/start-choices.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { hasRole } from "#core/platform/context.ts";
import { listTemplates } from "#core/template/read.ts";
import { requireWorkspace } from "../../../../_server/page.ts";
import { starterChoices } from "../../../../_server/starter-choices.ts";
import { createAndOpen } from "../actions.ts";

export const metadata: Metadata = { title: "New campaign" };

export default async function Page({ params, searchParams }: PageProps<"/[workspace]/campaigns/new">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  if (!hasRole(ctx.role, "marketer")) notFound();
  const { from } = await searchParams;
  const [saved, starters] = await Promise.all([listTemplates(ctx), starterChoices(workspace.brandColor)]);
  const templates = saved.map((template) => ({
    value: `template:${template.id}`,
    name: template.name,
    about: template.format === "html" ? "Your HTML template." : "Your template.",
    html: liquidWords(template.html),
  }));
  return (
    <div className="page">
      <PageHeader
        title="New campaign"
        crumbs={[{ label: "Campaigns", href: `/${workspace.slug}/campaigns` }, { label: "New campaign" }]}
      />
      <StartChoices
        action={createAndOpen.bind(null, workspace.slug)}
        nameLabel="Name"
        chosen={typeof from === "string" ? from : (templates[0]?.value ?? "starter:letter")}
        groups={[
          ...(templates.length > 0 ? [{ title: "Your templates", choices: templates }] : []),
          { title: "Start from", choices: starters },
        ]}
        submit="Start writing"
      />
    </div>
  );
}
