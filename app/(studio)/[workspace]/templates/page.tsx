import { LayoutTemplate, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { requireWorkspace } from "#app/_server/page.ts";
import { liquidWords } from "#components/campaign/liquid-words.ts";
import { MailThumbnail } from "#components/campaign/mail-thumbnail.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { LinkButton } from "#components/ui/link-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Time } from "#components/ui/time.tsx";
import { hasRole } from "#core/platform/context.ts";
import { listTemplates } from "#core/template/read.ts";
import { removeTemplateAction } from "./actions.ts";

export const metadata: Metadata = { title: "Templates" };

export default async function Page({ params }: PageProps<"/[workspace]/templates">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const rows = await listTemplates(ctx);
  const path = `/${workspace.slug}/templates`;
  const canWrite = hasRole(ctx.role, "marketer");
  const start = canWrite ? (
    <LinkButton href={`${path}/new`} variant="primary" icon={<Plus />}>
      New template
    </LinkButton>
  ) : undefined;
  return (
    <div className="page">
      <PageHeader
        title="Templates"
        subtitle="Layouts that campaigns start from."
        actions={rows.length > 0 ? start : undefined}
      />
      {rows.length === 0 ? (
        <EmptyState icon={<LayoutTemplate />} title="No templates yet" actions={start}>
          Save a campaign as a template in its editor, or start one here. Each campaign gets a copy of its
          own.
        </EmptyState>
      ) : (
        <ul className="start-grid">
          {rows.map((row) => (
            <li key={row.id} className="panel grid gap-2 p-2.5">
              <Link href={`${path}/${row.id}`} className="grid gap-2">
                <span className="start-picture">
                  <MailThumbnail html={liquidWords(row.html)} />
                </span>
                <span className="font-semibold">{row.name}</span>
              </Link>
              <span className="flex items-center justify-between gap-2 text-help text-muted">
                <span>
                  Changed <Time at={row.updatedAt} zone={workspace.timeZone} />
                </span>
                {canWrite ? (
                  <ConfirmButton
                    label="Delete…"
                    size="small"
                    variant="ghost"
                    title={`Delete ${row.name}?`}
                    action={removeTemplateAction.bind(null, workspace.slug)}
                    values={{ templateId: String(row.id) }}
                    confirmLabel="Delete the template"
                    success="Deleted"
                  >
                    Campaigns that started from it keep their own copy.
                  </ConfirmButton>
                ) : null}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
