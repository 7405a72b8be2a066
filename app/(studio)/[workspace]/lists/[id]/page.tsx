import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireWorkspace } from "#app/_server/page.ts";
import { FormTable } from "#components/form/form-table.tsx";
import { ListFields } from "#components/list/list-fields.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { formatNumber, formatPeople } from "#components/ui/format.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { StatRow } from "#components/ui/stat.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { listForms } from "#core/form/read.ts";
import { listLists } from "#core/list/read.ts";
import { hasRole } from "#core/platform/context.ts";
import { countRemindable } from "#core/subscription/ask.ts";
import { archiveListAction, remindPendingAction, updateListAction } from "../actions.ts";

export const metadata: Metadata = { title: "List" };

export default async function Page({ params }: PageProps<"/[workspace]/lists/[id]">) {
  const { workspace: slug, id } = await params;
  const { ctx } = await requireWorkspace(slug);
  const list = (await listLists(ctx)).find((row) => row.id === Number(id));
  if (!list) notFound();
  const forms = await listForms(ctx, list.id);
  const people = (standing: string) => `/${slug}/subscribers?list=${list.id}&standing=${standing}`;
  const canWrite = hasRole(ctx.role, "marketer");
  const remindable = (await countRemindable(ctx))[list.id] ?? 0;
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Lists & forms", href: `/${slug}/lists` }, { label: list.name }]}
        title={list.name}
        subtitle={list.description || undefined}
      />
      <div className="stack">
        <StatRow
          stats={[
            {
              key: "confirmed",
              label: "Confirmed",
              value: formatNumber(list.confirmed),
              href: people("confirmed"),
              detail: "get mail",
            },
            {
              key: "pending",
              label: "Pending",
              value: formatNumber(list.pending),
              href: people("pending"),
              detail: "wait for their own confirmation",
            },
            {
              key: "unsubscribed",
              label: "Unsubscribed",
              value: formatNumber(list.unsubscribed),
              href: people("unsubscribed"),
              detail: `${formatNumber(list.leftLately)} in 30 days`,
            },
          ]}
        />
        {remindable > 0 ? (
          <Banner
            tone="info"
            actions={
              canWrite ? (
                <ActionButton
                  action={remindPendingAction.bind(null, slug)}
                  values={{ listId: String(list.id) }}
                  size="small"
                >
                  Remind {formatPeople(remindable)} once
                </ActionButton>
              ) : undefined
            }
          >
            {list.pending === 1 ? "1 person waits" : `${formatNumber(list.pending)} people wait`} for
            confirmation.{" "}
            {remindable === list.pending
              ? "Nobody has reminded them yet."
              : `${formatNumber(remindable)} of them have not been reminded yet.`}
          </Banner>
        ) : null}
        <Panel title="Forms of this list" flush>
          <FormTable rows={forms} path={`/${slug}`} bare />
        </Panel>
        {canWrite ? (
          <Panel title="About this list" className="max-w-3xl">
            <ActionForm
              action={updateListAction.bind(null, slug)}
              values={{ listId: String(list.id) }}
              success="Saved"
              unsaved
            >
              <ListFields list={list} />
              <div className="flex flex-wrap justify-between gap-3">
                <SubmitButton>Save</SubmitButton>
                <ConfirmButton
                  label="Archive list…"
                  variant="danger-ghost"
                  title={`Archive ${list.name}?`}
                  action={archiveListAction.bind(null, slug)}
                  values={{ listId: String(list.id) }}
                  confirmLabel="Archive the list"
                  goTo={`/${slug}/lists`}
                >
                  {formatPeople(list.confirmed)} no longer get mail through it. Their consent and history
                  stay.
                </ConfirmButton>
              </div>
            </ActionForm>
          </Panel>
        ) : null}
      </div>
    </div>
  );
}
