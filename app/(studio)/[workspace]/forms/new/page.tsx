import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { FormFields } from "#components/form/form-fields.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { listAttributes } from "#core/attribute/read.ts";
import { listListNames } from "#core/list/read.ts";
import { saveFormAction } from "../../lists/actions.ts";

export const metadata: Metadata = { title: "New form" };

export default async function Page({ params }: PageProps<"/[workspace]/forms/new">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const [lists, attributes] = await Promise.all([listListNames(ctx), listAttributes(ctx)]);
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Lists & forms", href: `/${workspace.slug}/lists` }, { label: "New form" }]}
        title="New form"
      />
      <Panel title="The form" className="max-w-3xl">
        <ActionForm
          action={saveFormAction.bind(null, workspace.slug)}
          success="The form is open."
          goTo={`/${workspace.slug}/lists`}
        >
          <FormFields lists={lists} attributes={attributes} />
          <div>
            <SubmitButton>Open the form</SubmitButton>
          </div>
        </ActionForm>
      </Panel>
    </div>
  );
}
