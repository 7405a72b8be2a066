import { Download } from "lucide-react";
import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { AttributesPanel, ListsPanel } from "#components/subscriber/person-panels.tsx";
import { PersonTimeline } from "#components/subscriber/person-timeline.tsx";
import { StandingChip } from "#components/subscriber/standing-chip.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { hrefWith } from "#components/ui/href.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { listAttributes } from "#core/attribute/read.ts";
import { hasRole } from "#core/platform/context.ts";
import { getSubscriber, listTags, nameOf } from "#core/subscriber/read.ts";
import { readSubscriptions, readTimeline } from "#core/subscriber/timeline.ts";
import { orNotFound } from "../../or-not-found.ts";
import { changeSubscriptionAction, eraseSubscriberAction, updatePersonAction } from "../actions.ts";

export const metadata: Metadata = { title: "Subscriber" };

const PAGE = 50;

export default async function Page({ params, searchParams }: PageProps<"/[workspace]/subscribers/[id]">) {
  const { workspace: slug, id } = await params;
  const query = await searchParams;
  const { ctx, workspace } = await requireWorkspace(slug);
  const person = await orNotFound(getSubscriber(ctx, Number(id) || 0));
  const before =
    typeof query.before === "string" && !Number.isNaN(Date.parse(query.before))
      ? new Date(query.before)
      : undefined;
  const [attributes, tags, lists, items] = await Promise.all([
    listAttributes(ctx),
    listTags(ctx),
    readSubscriptions(ctx, person.id),
    readTimeline(ctx, person, { before, limit: PAGE }),
  ]);
  const canWrite = hasRole(ctx.role, "marketer");
  const path = `/${slug}/subscribers`;
  const last = items.length === PAGE ? items.at(-1) : undefined;
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Subscribers", href: path }, { label: person.address }]}
        title={person.address}
        chip={<StandingChip standing={person.standing} />}
        subtitle={[nameOf(person.attributes), person.origin].filter(Boolean).join(", ") || undefined}
        actions={
          <>
            <LinkButton href={`${path}/${person.id}/export`} variant="ghost" icon={<Download />}>
              Export
            </LinkButton>
            {canWrite ? (
              <ConfirmButton
                label="Erase…"
                variant="danger-ghost"
                title={`Erase ${person.address}?`}
                action={eraseSubscriberAction.bind(null, slug)}
                values={{ subscriberId: String(person.id) }}
                confirmLabel="Erase"
                goTo={path}
              >
                <p>
                  Their data goes, a one-way mark stays so that no import brings them back. Type the address.
                  This cannot be undone.
                </p>
                <TextField name="typedAddress" label="Address" autoComplete="off" required />
              </ConfirmButton>
            ) : null}
          </>
        }
      />
      <div className="split">
        <Panel
          title="Timeline"
          description="Consent, mail, opens, clicks and suppressions."
          footer={
            last || before ? (
              <div className="flex gap-3">
                {before ? <LinkButton href={`${path}/${person.id}`}>Newest</LinkButton> : null}
                {last ? (
                  <LinkButton
                    href={hrefWith(`${path}/${person.id}`, query, { before: last.at.toISOString() })}
                  >
                    Older
                  </LinkButton>
                ) : null}
              </div>
            ) : undefined
          }
        >
          <PersonTimeline items={items} zone={workspace.timeZone} path={`/${slug}`} />
        </Panel>
        <div className="stack">
          <ListsPanel
            rows={lists}
            personId={person.id}
            zone={workspace.timeZone}
            action={canWrite ? changeSubscriptionAction.bind(null, slug) : null}
          />
          <AttributesPanel
            person={person}
            attributes={attributes}
            tags={tags}
            action={canWrite ? updatePersonAction.bind(null, slug) : null}
          />
        </div>
      </div>
    </div>
  );
}
