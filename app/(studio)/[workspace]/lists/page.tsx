import { Plus } from "lucide-react";
import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { FormTable } from "#components/form/form-table.tsx";
import { ListFields } from "#components/list/list-fields.tsx";
import { ListTable } from "#components/list/list-table.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { countOf, formatNumber, formatPeople } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { listForms } from "#core/form/read.ts";
import { listLists } from "#core/list/read.ts";
import { hasRole } from "#core/platform/context.ts";
import { countRemindable } from "#core/subscription/ask.ts";
import { createListAction } from "./actions.ts";

export const metadata: Metadata = { title: "Lists & forms" };

export default async function Page({ params }: PageProps<"/[workspace]/lists">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const [lists, forms, remindable] = await Promise.all([
    listLists(ctx),
    listForms(ctx),
    countRemindable(ctx),
  ]);
  const waiting = lists.filter((list) => (remindable[list.id] ?? 0) > 0);
  const path = `/${workspace.slug}`;
  const canWrite = hasRole(ctx.role, "marketer");
  return (
    <div className="page">
      <PageHeader
        title="Lists & forms"
        subtitle={`${countOf(lists.length, "list", "lists")}, ${countOf(forms.length, "form", "forms")}.`}
        actions={
          canWrite ? (
            <>
              <FormDialog
                label="New list"
                variant="secondary"
                icon={<Plus />}
                title="New list"
                action={createListAction.bind(null, workspace.slug)}
                confirmLabel="Make the list"
                success="The list is there."
              >
                <ListFields />
              </FormDialog>
              {lists.length > 0 ? (
                <LinkButton href={`${path}/forms/new`} variant="primary" icon={<Plus />}>
                  New form
                </LinkButton>
              ) : null}
            </>
          ) : undefined
        }
      />
      <div className="stack">
        {waiting.map((list) => (
          <Banner
            key={list.id}
            tone="info"
            actions={
              <LinkButton href={`${path}/lists/${list.id}`} size="small">
                See the list
              </LinkButton>
            }
          >
            {formatPeople(list.pending)} of {list.name} wait for confirmation;{" "}
            {formatNumber(remindable[list.id] ?? 0)} can be reminded, once.
          </Banner>
        ))}
        <ListTable rows={lists} path={path} />
        <Panel title="Sign-up forms" description="Doors to your lists." flush>
          <FormTable rows={forms} path={path} bare />
        </Panel>
      </div>
    </div>
  );
}
