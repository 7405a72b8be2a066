import { Download, History, Upload, UserPlus } from "lucide-react";
import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { AddSubscriber } from "#components/subscriber/add-subscriber.tsx";
import { FilterBar } from "#components/subscriber/filter-bar.tsx";
import { SubscriberTable } from "#components/subscriber/subscriber-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { countOf, formatNumber } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listListNames } from "#core/list/read.ts";
import { hasRole } from "#core/platform/context.ts";
import { listSegmentNames } from "#core/segment/read.ts";
import { SubscriberFilter } from "#core/subscriber/filter-shape.ts";
import {
  COUNT_MOST,
  countByStanding,
  countSubscribers,
  listSubscribers,
  listTags,
  SUBSCRIBER_SORTS,
} from "#core/subscriber/read.ts";
import {
  addSubscriberAction,
  addTagAction,
  addToListAction,
  eraseManyAction,
  removeTagAction,
  unsubscribeManyAction,
} from "./actions.ts";

export const metadata: Metadata = { title: "Subscribers" };

export default async function Page({ params, searchParams }: PageProps<"/[workspace]/subscribers">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const query = await searchParams;
  const path = `/${workspace.slug}/subscribers`;
  const filter = SubscriberFilter.parse(query);
  const sort = SUBSCRIBER_SORTS.find((one) => one === query.sort) ?? "-joined";
  const after = typeof query.after === "string" ? query.after : null;
  const [page, count, totals, lists, segments, tags] = await Promise.all([
    listSubscribers(ctx, filter, { sort, after }),
    countSubscribers(ctx, filter),
    countByStanding(ctx),
    listListNames(ctx),
    listSegmentNames(ctx),
    listTags(ctx),
  ]);
  const canWrite = hasRole(ctx.role, "marketer");
  const bind = <A,>(action: (slug: string, form: FormData) => A) => action.bind(null, workspace.slug);
  const isNew = totals?.total === 0;
  return (
    <div className="page">
      <PageHeader
        title="Subscribers"
        subtitle={
          totals && !isNew
            ? `${countOf(totals.total, "person", "people")}. ${formatNumber(totals.confirmed)} confirmed, ${formatNumber(totals.pending)} pending, ${formatNumber(totals.unsubscribed)} unsubscribed, ${formatNumber(totals.suppressed)} suppressed.`
            : undefined
        }
        actions={
          <>
            <LinkButton href={hrefWith(`${path}/export`, query, {})} variant="ghost" icon={<Download />}>
              Export
            </LinkButton>
            {canWrite ? (
              <>
                <LinkButton href={`${path}/changes`} variant="ghost" icon={<History />}>
                  Changes
                </LinkButton>
                <LinkButton href={`${path}/imports`} icon={<Upload />}>
                  Import
                </LinkButton>
                <AddSubscriber action={bind(addSubscriberAction)} lists={lists} icon={<UserPlus />} />
              </>
            ) : null}
          </>
        }
      />
      {isNew ? (
        <EmptyState
          title="No subscribers yet"
          actions={
            canWrite ? (
              <LinkButton href={`${path}/imports`} variant="primary" icon={<Upload />}>
                Import a file
              </LinkButton>
            ) : undefined
          }
        >
          Import a file, put a form on your site, or add one person. Nobody gets mail from an import alone.
        </EmptyState>
      ) : (
        <>
          <FilterBar
            path={path}
            query={query}
            filter={filter}
            lists={lists}
            segments={segments}
            tags={tags}
            matching={
              count && {
                count: Math.min(count.count, COUNT_MOST),
                ms: count.ms,
                isMore: count.count > COUNT_MOST,
              }
            }
          />
          <SubscriberTable
            rows={page.rows}
            path={path}
            query={query}
            zone={workspace.timeZone}
            matching={count && count.count <= COUNT_MOST ? count.count : null}
            lists={lists}
            exportHref={hrefWith(`${path}/export`, query, {})}
            actions={
              canWrite
                ? {
                    addTag: bind(addTagAction),
                    removeTag: bind(removeTagAction),
                    addToList: bind(addToListAction),
                    unsubscribe: bind(unsubscribeManyAction),
                    erase: bind(eraseManyAction),
                  }
                : null
            }
            pager={{
              text:
                sort === "-click"
                  ? "Latest click first"
                  : sort === "address"
                    ? "By address"
                    : sort === "joined"
                      ? "Oldest first"
                      : "Newest first",
              back: after ? hrefWith(path, query, { after: null }) : null,
              next: page.next ? hrefWith(path, query, { after: page.next }) : null,
            }}
            empty={<EmptyState title="Nobody matches">Take one of the filters away.</EmptyState>}
          />
        </>
      )}
    </div>
  );
}
