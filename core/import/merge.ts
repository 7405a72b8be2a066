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
/** Rows looked at to find where a chunk ends. A sample is of whole pages, so it takes many. */
const SAMPLED_PER_CHUNK = 400;

/** Staged addresses with `after` < address_key, and ≤ `upTo` where the range is not the last. */
export type MergeRange = { after: string; upTo: string | null };

/**
 * Cuts the staged addresses into ranges of about MERGE_CHUNK rows, by a sample where there are many; equal addresses never
 * fall into two. Wants the table analysed.
 */
export async function planMerge(sql: Sql, table: string, rows: number): Promise<MergeRange[]> {
  const wanted = Math.ceil(rows / MERGE_CHUNK);
  const percent = Math.min(100, (100 * wanted * SAMPLED_PER_CHUNK) / Math.max(1, rows));
  const bounds =
    wanted < 2
      ? []
      : await sql<{ key: string }[]>`
          select distinct max(key) as key from (
            select address_key as key, ntile(${wanted}) over (order by address_key) as tile
            from ${sql(table)} tablesample system (${percent})) t
          where tile < ${wanted} group by tile order by key`;
  const keys = bounds.map(({ key }) => key);
  return [...keys, null].map((upTo, i) => ({ after: keys[i - 1] ?? "", upTo }));
}

export type MergeJob = {
  importId: number;
  workspaceId: number;
  origin: string;
  options: ImportOptions;
  /** What is hashed before an address for its mark of erasure; null where nobody was erased. */
  pepper: string | null;
};

/**
 * Merges one range of staged addresses in one transaction. Suppressed addresses and
 * those who left all chosen lists are passed over with the reason; an import never brings anybody back.
 * Repeating a chunk after a crash changes nothing but still counts people that this import made as created.
 */
export async function mergeChunk(sql: Sql, table: string, job: MergeJob, range: MergeRange): Promise<Merged> {
  const { importId, workspaceId, options } = job;
  return sql.begin(async (tx) => {
    const within =
      range.upTo === null
        ? tx`t.address_key > ${range.after}`
        : tx`t.address_key > ${range.after} and t.address_key <= ${range.upTo}`;
    await tx`set local work_mem = '64MB'`;
    // A chunk lost with the database is merged again: the import ends with a commit that waits for the disk.
    await tx`set local synchronous_commit = off`;
    // A look into the unique index per address, whatever the planner thinks: LATERAL with LIMIT, because as a join, while
    // statistics do not know a new workspace, it takes that for empty and reads everybody in it once per row of the chunk;
    // no sequential scan, which it takes for an empty table that fills up by the chunks beside this one; and the collation
    // of that index, since the staged keys have another one.
    await tx`set local enable_seqscan = off`;
    await tx`
      create temp table chunk on commit drop as
      select k.*, coalesce(s.id, nextval('subscribers_id_seq')) as subscriber_id, s.id is null as is_new,
        coalesce(s.import_id = ${importId}, false) as is_again, null::text as reason
      from (
        select distinct on (t.address_key) t.* from ${tx(table)} t where ${within} order by t.address_key, t.line
      ) k left join lateral (
        select s.id, s.import_id from subscribers s
        where s.workspace_id = ${workspaceId} and s.address_key = k.address_key collate "default" limit 1
      ) s on true`;
    await tx`set local enable_seqscan = on`;
    // The same address again: the first row counts.
    const doubles = await tx`
      insert into import_rejects (import_id, line, kind, reason, cells)
      select ${importId}, t.line, 'skipped', 'The same address stands in line ' || c.line, array[t.address]
      from ${tx(table)} t join chunk c on c.address_key = t.address_key and t.line <> c.line
      where ${within}
      on conflict do nothing`;
    let skipped = doubles.count;
    if (job.pepper) await markErased(tx, workspaceId, job.pepper);
    if (options.standing === "confirmed" || options.standing === "pending")
      await markStopped(tx, workspaceId, options.listIds);
    skipped += await passOver(tx, importId);
    const counted = await writePeople(tx, job);
    if (options.standing === "suppressed") await suppressAll(tx, workspaceId, job.origin);
    else await writeSubscriptions(tx, job);
    return { ...counted, skipped };
  }) as Promise<Merged>;
}

type Tx = Parameters<Parameters<Sql["begin"]>[1]>[0];

async function markErased(tx: Tx, workspaceId: number, pepper: string): Promise<void> {
  await tx`
    update chunk c set reason = 'Erased on request: only their own sign-up brings them back'
    where c.is_new and exists (select from erasures e
      where e.workspace_id = ${workspaceId} and e.mark = sha256(convert_to(${pepper}::text || c.address_key, 'UTF8')))`;
}

/** Marks those that must not be mailed, or who left every chosen list. */
async function markStopped(tx: Tx, workspaceId: number, listIds: number[]): Promise<void> {
  await tx`
    update chunk c set reason = case x.reason
        when 'recipient-dead' then 'Suppressed: mail to this address bounced for good'
        when 'complaint' then 'Suppressed: this person complained'
        when 'unsubscribed' then 'Suppressed: this person unsubscribed from everything'
        else 'Suppressed by hand or by an import' end || ' on ' || to_char(x.created_at, 'FMDD Mon YYYY')
    from suppressions x
    where x.address_key = c.address_key collate "default" and x.lifted_at is null and (x.workspace_id is null or x.workspace_id = ${workspaceId})`;
  await tx`
    update chunk c set reason = 'Unsubscribed from every list of this import'
    where c.reason is null and not c.is_new and ${listIds.length} = (
      select count(*) from subscriptions s
      where s.subscriber_id = c.subscriber_id and s.list_id = any(${listIds}) and s.status = 'unsubscribed')`;
}

/** Takes those marked out of the chunk, with their reason. */
async function passOver(tx: Tx, importId: number): Promise<number> {
  await tx`
    insert into import_rejects (import_id, line, kind, reason, cells)
    select ${importId}, line, 'skipped', reason, array[address] from chunk where reason is not null on conflict do nothing`;
  const gone = await tx`delete from chunk where reason is not null`;
  return gone.count;
}

async function writePeople(
  tx: Tx,
  job: MergeJob,
): Promise<{ created: number; updated: number; unchanged: number }> {
  const { importId, workspaceId, origin, options } = job;
  const [count] = await tx<{ total: number; fresh: number; again: number }[]>`
    select count(*)::int as total, count(*) filter (where is_new)::int as fresh, count(*) filter (where is_again)::int as again
    from chunk`;
  const { total, fresh, again } = count!;
  const made = await tx`
    insert into subscribers (id, workspace_id, address, address_key, domain, attributes, tags, origin, import_id)
    overriding system value
    select subscriber_id, ${workspaceId}, address, address_key, domain, attributes, tags, ${origin}, ${importId}
    from chunk where is_new order by address_key
    on conflict (workspace_id, address_key) do nothing`;
  // Somebody else made the same person meanwhile (a form, another import): take that row.
  if (made.count < fresh)
    await tx`
      update chunk c set is_new = false, subscriber_id = (
        select s.id from subscribers s where s.workspace_id = ${workspaceId} and s.address_key = c.address_key collate "default" limit 1)
      where c.is_new and not exists (select from subscribers s where s.id = c.subscriber_id)`;
  const changed =
    options.updateExisting && made.count < total
      ? await tx`
      update subscribers s set
        attributes = s.attributes || c.attributes,
        tags = array(select distinct unnest(s.tags || c.tags)),
        updated_at = now()
      from chunk c
      where s.id = c.subscriber_id and not c.is_new and s.erased_at is null
        and (not (s.attributes @> c.attributes) or not (s.tags @> c.tags))`
      : { count: 0 };
  const created = made.count + again;
  const updated = changed.count;
  return { created, updated, unchanged: Math.max(0, total - created - updated) };
}

async function writeSubscriptions(tx: Tx, job: MergeJob): Promise<void> {
  const { importId, workspaceId, origin, options } = job;
  if (options.standing === "pending") {
    // No consent yet, so no proof of it: each is asked by mail, and whoever has a standing with the list keeps it.
    await tx`
      insert into subscriptions (subscriber_id, list_id, workspace_id, status)
      select subscriber_id, list_id, ${workspaceId}, 'pending' from chunk, unnest(${options.listIds}::int[]) list_id order by 1, 2
      on conflict (subscriber_id, list_id) do nothing`;
    return;
  }
  const leaving = options.standing === "unsubscribed";
  const status = tx`${leaving ? "unsubscribed" : "confirmed"}::subscription_status`;
  const confirmedAt = leaving ? tx`null::timestamptz` : tx`coalesce(c.consent_at, now())`;
  const leftAt = leaving ? tx`now()` : tx`null::timestamptz`;
  for (const listId of options.listIds) {
    const subscription = tx`c.subscriber_id, ${listId}::int, ${workspaceId}::int, ${status}, ${confirmedAt}, ${leftAt}`;
    const event = tx`${workspaceId}::int, c.subscriber_id, ${listId}::int, ${leaving ? leftAt : confirmedAt},
      ${leaving ? "unsubscribed" : "imported"}::consent_kind, c.consent_ip, ${options.consentStatement || null}::text, ${origin}::text,
      jsonb_build_object('importId', ${importId}::int, 'line', c.line)`;
    const events = tx`consent_events (workspace_id, subscriber_id, list_id, at, kind, ip, wording, source, details)`;
    const columns = tx`(subscriber_id, list_id, workspace_id, status, confirmed_at, unsubscribed_at)`;
    // Nobody else can see the new people yet: no conflict to look for.
    await tx`insert into subscriptions ${columns} select ${subscription} from chunk c where c.is_new order by c.subscriber_id`;
    await tx`insert into ${events} select ${event} from chunk c where c.is_new`;
    // Joining never touches one who left; leaving touches everybody.
    await tx`
      with changed as (
        insert into subscriptions as s ${columns} select ${subscription} from chunk c where not c.is_new order by c.subscriber_id
        on conflict (subscriber_id, list_id) do update set
          status = excluded.status,
          confirmed_at = coalesce(excluded.confirmed_at, s.confirmed_at),
          unsubscribed_at = excluded.unsubscribed_at
        where ${leaving ? tx`s.status <> 'unsubscribed'` : tx`s.status = 'pending'`}
        returning subscriber_id)
      insert into ${events} select ${event} from chunk c join changed using (subscriber_id)`;
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
