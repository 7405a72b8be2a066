import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { FormFields } from "#components/form/form-fields.tsx";
import { SignUpForm } from "#components/form/sign-up-form.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { listAttributes } from "#core/attribute/read.ts";
import { getForm } from "#core/form/read.ts";
import { formSnippet } from "#core/form/snippet.ts";
import { listLists } from "#core/list/read.ts";
import { hasRole } from "#core/platform/context.ts";
import { closeFormAction, openFormAction, saveFormAction } from "../../lists/actions.ts";
import { orNotFound } from "../../or-not-found.ts";

export const metadata: Metadata = { title: "Form" };

export default async function Page({ params }: PageProps<"/[workspace]/forms/[id]">) {
  const { workspace: slug, id } = await params;
  const { ctx } = await requireWorkspace(slug);
  const form = await orNotFound(getForm(ctx, Number(id) || 0));
  const [lists, attributes] = await Promise.all([listLists(ctx), listAttributes(ctx)]);
  const url = `${ctx.settings.appUrl}/f/${form.publicId}`;
  const fields = attributes.filter((attribute) => form.fields.includes(attribute.key));
  const canWrite = hasRole(ctx.role, "marketer");
  const toggle = form.closedAt ? openFormAction : closeFormAction;
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Lists & forms", href: `/${slug}/lists` }, { label: form.name }]}
        title={form.name}
        chip={form.closedAt ? <StatusChip>closed</StatusChip> : <StatusChip tone="success">open</StatusChip>}
        actions={
          canWrite ? (
            <ActionButton
              action={toggle.bind(null, slug)}
              values={{ formId: String(form.id) }}
              success={form.closedAt ? "The form is open." : "The form is closed."}
            >
              {form.closedAt ? "Open again" : "Close the form"}
            </ActionButton>
          ) : undefined
        }
      />
      <div className="split">
        <div className="stack">
          <Panel
            title="Its page"
            description="Share this address, or put the page into a frame."
            actions={<CopyButton text={url} label="Copy address" />}
          >
            <a className="link break-all" href={url} target="_blank" rel="noreferrer">
              {url}
            </a>
          </Panel>
          <Panel title="For your site" description="Plain HTML without a script. Style it as you like.">
            <CodeBlock label="HTML of the form" copy>
              {formSnippet(ctx.settings.appUrl, form, fields)}
            </CodeBlock>
          </Panel>
          {canWrite ? (
            <Panel title="Change the form">
              <ActionForm
                action={saveFormAction.bind(null, slug)}
                values={{ formId: String(form.id) }}
                success="Saved"
                unsaved
              >
                <FormFields form={form} lists={lists} attributes={attributes} />
                <div>
                  <SubmitButton>Save</SubmitButton>
                </div>
              </ActionForm>
            </Panel>
          ) : null}
        </div>
        <Panel title="Preview" description="As visitors see it.">
          <div className="public-preview grid gap-5" inert>
            <SignUpForm
              form={{ ...form, lists: lists.filter((list) => form.listIds.includes(list.id)), fields }}
              action="#"
              asHeading="h3"
            />
          </div>
        </Panel>
      </div>
    </div>
  );
}
