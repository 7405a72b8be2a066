import type { Sql } from "postgres";
import type { ImportOptions } from "./types.ts";

export type Merged = {
  last: string | null;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
};

/** Addresses taken at a time: some 100 ms of work, so that progress moves and locks are short. */
const MERGE_CHUNK = 20_000;

/** Staged addresses with `after` < address_key ≤ `upTo`. */
export type MergeRange = { after: string; upTo: string };

/** Cuts the staged addresses into ranges of some MERGE_CHUNK rows; equal addresses never fall into two. */
export async function planMerge(sql: Sql, table: string): Promise<MergeRange[]> {
  const bounds = await sql<{ key: string }[]>`
    select distinct address_key as key from (
      select address_key, row_number() over (order by address_key) as n, count(*) over () as total from ${sql(table)}) t
    where n % ${MERGE_CHUNK} = 0 or n = total order by key`;
  return bounds.map(({ key }, i) => ({ after: bounds[i - 1]?.key ?? "", upTo: key }));
}

/**
 * Merges one range of staged addresses in one transaction. Suppressed addresses and
 * those who left all chosen lists are passed over with the reason; an import never brings anybody back.
 * Repeating a chunk after a crash changes nothing but still counts people that this import made as created.
 */
export async function mergeChunk(
  sql: Sql,
  table: string,
  job: { importId: number; workspaceId: number; origin: string; options: ImportOptions },
  range: MergeRange,
): Promise<Merged> {
  const { importId, workspaceId, options } = job;
  return sql.begin(async (tx) => {
    await tx`set local work_mem = '64MB'`;
    // A chunk lost with the database is merged again: the import ends with a commit that waits for the disk.
    await tx`set local synchronous_commit = off`;
    await tx`
      create temp table chunk on commit drop as
      select k.*, s.id as subscriber_id, s.attributes as old_attributes, s.tags as old_tags, s.import_id as old_import_id,
        null::text as reason
      from (
        select distinct on (address_key) * from ${tx(table)}
        where address_key > ${range.after} and address_key <= ${range.upTo} order by address_key, line
      ) k left join subscribers s on s.workspace_id = ${workspaceId} and s.address_key = k.address_key`;
    // The same address again: the first row counts.
    const doubles = await tx`
      insert into import_rejects (import_id, line, kind, reason, cells)
      select ${importId}, t.line, 'skipped', 'The same address stands in line ' || c.line, array[t.address]
      from ${tx(table)} t join chunk c on c.address_key = t.address_key and t.line <> c.line
      where t.address_key > ${range.after} and t.address_key <= ${range.upTo}
      on conflict do nothing`;
    let skipped = doubles.count;
    if (options.standing === "confirmed")
      skipped += await passOver(tx, importId, workspaceId, options.listIds);
    const counted = await writePeople(tx, job);
    if (options.standing === "suppressed") await suppressAll(tx, workspaceId, job.origin);
    else await writeSubscriptions(tx, job);
    return { ...counted, skipped };
  }) as Promise<Merged>;
}

type Tx = Parameters<Parameters<Sql["begin"]>[1]>[0];

/** Marks those that must not be mailed, or who left every chosen list, and takes them out of the chunk. */
async function passOver(tx: Tx, importId: number, workspaceId: number, listIds: number[]): Promise<number> {
  await tx`
    update chunk c set reason = case x.reason
        when 'recipient-dead' then 'Suppressed: mail to this address bounced for good'
        when 'complaint' then 'Suppressed: this person complained'
        when 'unsubscribed' then 'Suppressed: this person unsubscribed from everything'
        else 'Suppressed by hand or by an import' end || ' on ' || to_char(x.created_at, 'FMDD Mon YYYY')
    from suppressions x
    where x.address_key = c.address_key and x.lifted_at is null and (x.workspace_id is null or x.workspace_id = ${workspaceId})`;
  await tx`
    update chunk c set reason = 'Unsubscribed from every list of this import'
    where c.reason is null and c.subscriber_id is not null and ${listIds.length} = (
      select count(*) from subscriptions s
      where s.subscriber_id = c.subscriber_id and s.list_id = any(${listIds}) and s.status = 'unsubscribed')`;
  await tx`
    insert into import_rejects (import_id, line, kind, reason, cells)
    select ${importId}, line, 'skipped', reason, array[address] from chunk where reason is not null on conflict do nothing`;
  const gone = await tx`delete from chunk where reason is not null`;
  return gone.count;
}

async function writePeople(
  tx: Tx,
  job: { importId: number; workspaceId: number; origin: string; options: ImportOptions },
): Promise<{ created: number; updated: number; unchanged: number }> {
  const { importId, workspaceId, origin, options } = job;
  const made = await tx`
    with made as (
      insert into subscribers (workspace_id, address, address_key, domain, attributes, tags, origin, import_id)
      select ${workspaceId}, address, address_key, domain, attributes,
        case when tags = '{}' then ${options.tags}::text[] else array(select distinct unnest(tags || ${options.tags}::text[])) end, ${origin}, ${importId}
      from chunk where subscriber_id is null order by address_key
      on conflict (workspace_id, address_key) do nothing
      returning id, address_key)
    update chunk c set subscriber_id = made.id, old_import_id = ${importId} from made where made.address_key = c.address_key`;
  // Somebody else made the same person meanwhile (a form, another import): take that row.
  await tx`
    update chunk c set subscriber_id = s.id, old_attributes = s.attributes, old_tags = s.tags
    from subscribers s where c.subscriber_id is null and s.workspace_id = ${workspaceId} and s.address_key = c.address_key`;
  const again =
    await tx`select count(*)::int as n from chunk where old_import_id = ${importId} and old_attributes is not null`;
  const changed = options.updateExisting
    ? await tx`
      update subscribers s set
        attributes = s.attributes || c.attributes,
        tags = array(select distinct unnest(s.tags || c.tags || ${options.tags}::text[])),
        updated_at = now()
      from chunk c
      where s.id = c.subscriber_id and c.old_attributes is not null and s.erased_at is null
        and (not (s.attributes @> c.attributes) or not (s.tags @> (c.tags || ${options.tags}::text[])))`
    : { count: 0 };
  const repeated = Number(again[0]?.n ?? 0);
  const [all] = await tx<{ n: number }[]>`select count(*)::int as n from chunk`;
  const created = made.count + repeated;
  const updated = changed.count;
  return { created, updated, unchanged: Math.max(0, (all?.n ?? 0) - created - updated) };
}

async function writeSubscriptions(
  tx: Tx,
  job: { importId: number; workspaceId: number; origin: string; options: ImportOptions },
): Promise<void> {
  const { importId, workspaceId, origin, options } = job;
  const leaving = options.standing === "unsubscribed";
  for (const listId of options.listIds) {
    // Joining never touches one who left; leaving touches everybody.
    await tx`
      with changed as (
        insert into subscriptions as s (subscriber_id, list_id, workspace_id, status, confirmed_at, unsubscribed_at)
        select subscriber_id, ${listId}, ${workspaceId}, ${leaving ? "unsubscribed" : "confirmed"}::subscription_status,
          ${leaving ? null : tx`coalesce(consent_at, now())`}, ${leaving ? tx`now()` : null}
        from chunk order by subscriber_id
        on conflict (subscriber_id, list_id) do update set
          status = excluded.status,
          confirmed_at = coalesce(excluded.confirmed_at, s.confirmed_at),
          unsubscribed_at = excluded.unsubscribed_at
        where ${leaving ? tx`s.status <> 'unsubscribed'` : tx`s.status = 'pending'`}
        returning subscriber_id)
      insert into consent_events (workspace_id, subscriber_id, list_id, at, kind, ip, wording, source, details)
      select ${workspaceId}, c.subscriber_id, ${listId}, ${leaving ? tx`now()` : tx`coalesce(c.consent_at, now())`},
        ${leaving ? "unsubscribed" : "imported"}::consent_kind, c.consent_ip, ${options.consentStatement || null}, ${origin},
        jsonb_build_object('importId', ${importId}::int, 'line', c.line)
      from chunk c join changed using (subscriber_id)`;
  }
}

/** An export of dead addresses: each is suppressed for this workspace. */
async function suppressAll(tx: Tx, workspaceId: number, origin: string): Promise<void> {
  await tx`
    insert into suppressions (workspace_id, address, address_key, reason, evidence)
    select ${workspaceId}, address, address_key, 'imported', jsonb_build_object('source', 'import', 'note', ${origin}::text)
    from chunk
    on conflict do nothing`;
}
