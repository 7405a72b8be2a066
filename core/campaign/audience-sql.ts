import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { Db } from "#core/platform/db.ts";
import { compileSegment } from "#core/segment/compile.ts";
import { lists, segments, subscribers } from "#db/schema/index.ts";
import type { CampaignAudience } from "./types.ts";

/** A campaign's audience with its lists and segments read: what belongs to another workspace is not among them. */
export type AudienceParts = {
  workspaceId: number;
  includeLists: number[];
  excludeLists: number[];
  includeSegments: SQL[];
  excludeSegments: { name: string; rule: SQL }[];
  /** All lists of the workspace that stand: each may give the consent of a person who comes by segment. */
  allLists: number[];
};

/** Reads lists and segments of an audience. Archived lists take nobody along and give no consent. */
export async function readAudience(
  db: Db,
  workspaceId: number,
  audience: CampaignAudience,
  now: Date,
): Promise<AudienceParts> {
  const standing = await db
    .select({ id: lists.id })
    .from(lists)
    .where(and(eq(lists.workspaceId, workspaceId), isNull(lists.archivedAt)));
  const allLists = standing.map((row) => row.id);
  const wanted = [...audience.include.segments, ...audience.exclude.segments];
  const found =
    wanted.length === 0
      ? []
      : await db
          .select({ id: segments.id, name: segments.name, rule: segments.rule })
          .from(segments)
          .where(and(eq(segments.workspaceId, workspaceId), inArray(segments.id, wanted)));
  const rules = new Map(
    found.map((s) => [s.id, { name: s.name, rule: compileSegment(s.rule, { workspaceId, now }) }]),
  );
  const known = (ids: number[]) => ids.filter((id) => allLists.includes(id));
  const compiled = (ids: number[]) => ids.flatMap((id) => rules.get(id) ?? []);
  return {
    workspaceId,
    includeLists: known(audience.include.lists),
    excludeLists: known(audience.exclude.lists),
    includeSegments: compiled(audience.include.segments).map((s) => s.rule),
    excludeSegments: compiled(audience.exclude.segments),
    allLists,
  };
}

const ids = (list: readonly number[]): SQL => sql`${`{${list.join(",")}}`}::int[]`;

/**
 * The candidates of an audience, one row each, for the estimate and the freeze alike:
 * subscriber_id, address (as it goes on the wire), domain, list_id (the subscription that counts), reason, value.
 * `reason` null: gets the mail. A candidate stands in an included list, whatever the standing, or matches a segment.
 * Who left an included list and confirmed no other of them gets nothing, though a segment may match: else an
 * unsubscribe would not hold for the next campaign to the same audience.
 */
export function audienceSql(parts: AudienceParts): SQL {
  const bySegment = parts.includeSegments.length > 0;
  const matches = bySegment ? sql`(${sql.join(parts.includeSegments, sql` or `)})` : sql`false`;
  const excluded =
    parts.excludeSegments.length > 0
      ? sql`case ${sql.join(
          parts.excludeSegments.map((s) => sql`when ${s.rule} then ${s.name}::text`),
          sql` `,
        )} end`
      : sql`null::text`;
  return sql`
    select z.subscriber_id, z.address, z.domain, case when z.reason is null then z.counted end as list_id,
      z.reason::exclusion_reason as reason,
      case z.reason when 'suppressed' then z.suppressed when 'excluded-segment' then z.excluded_segment
        when 'no-subscription' then '' else
          (select name from lists where id = case z.reason when 'excluded-list' then z.excluded_list
            when 'unsubscribed' then z.left_list when 'not-confirmed' then z.pending_list end) end as value
    from (
      select p.*, case
        when suppressed is not null then 'suppressed'
        when excluded_list is not null then 'excluded-list'
        when excluded_segment is not null then 'excluded-segment'
        when counted is not null then null
        when left_list is not null then 'unsubscribed'
        when pending_list is not null then 'not-confirmed'
        else 'no-subscription' end as reason
      from (
        select subscribers.id as subscriber_id, subscribers.domain,
          split_part(subscribers.address, '@', 1) || '@' || subscribers.domain as address,
          x.reason as suppressed, e.list_id as excluded_list, ${excluded} as excluded_segment,
          ${
            bySegment
              ? sql`coalesce(c.confirmed, case when c.left_list is null then o.confirmed end) as counted,
                  coalesce(c.left_list, o.left_list) as left_list, coalesce(c.pending_list, o.pending_list) as pending_list`
              : sql`c.confirmed as counted, c.left_list, c.pending_list`
          }
        from ${subscribers}
        ${bySegment ? sql`left join` : sql`join`} (
          select subscriber_id, min(list_id) filter (where status = 'confirmed') as confirmed,
            min(list_id) filter (where status = 'unsubscribed') as left_list,
            min(list_id) filter (where status = 'pending') as pending_list
          from subscriptions where list_id = any(${ids(parts.includeLists)}) group by subscriber_id
        ) c on c.subscriber_id = subscribers.id
        ${
          bySegment
            ? sql`left join lateral (
                select min(list_id) filter (where status = 'confirmed') as confirmed,
                  min(list_id) filter (where status = 'unsubscribed') as left_list,
                  min(list_id) filter (where status = 'pending') as pending_list
                from subscriptions where subscriber_id = subscribers.id and list_id = any(${ids(parts.allLists)})
                  and c.confirmed is null
              ) o on true`
            : sql``
        }
        left join (
          select distinct on (address_key) address_key, reason::text as reason from suppressions
          where lifted_at is null and coalesce(workspace_id, 0) in (0, ${parts.workspaceId}::int)
          order by address_key, workspace_id nulls first
        ) x on x.address_key = subscribers.address_key
        left join (
          select subscriber_id, min(list_id) as list_id from subscriptions
          where list_id = any(${ids(parts.excludeLists)}) and status = 'confirmed' group by subscriber_id
        ) e on e.subscriber_id = subscribers.id
        where subscribers.workspace_id = ${parts.workspaceId}::int and subscribers.erased_at is null
          and (c.subscriber_id is not null or ${matches})
      ) p
    ) z`;
}
