import { encryptSecret } from "#core/platform/secrets.ts";
import { dkimPurpose } from "#core/sender/rules.ts";
import type { Sql } from "#db/client.ts";
import { behavioursOf } from "#worker/sandbox/behaviours.ts";
import { DEFAULT_SEED } from "#worker/sandbox/start.ts";
import { makeWorld } from "#worker/sandbox/world.ts";

export const SENDER_DOMAIN = "nordkai.example";

export type House = { workspaceId: number; listId: number; senderId: number };

/** A workspace with a sender, addresses to send from, and people; spread evenly over `domains`. */
export async function seed(
  sql: Sql,
  of: { block: string; sources: number; recipients: number; domains: readonly string[]; secret: string },
  key: { privateKeyPem: string; publicKeyBase64: string },
): Promise<House> {
  const { block, sources, recipients, domains } = of;
  const [workspace] = await sql`insert into workspaces (slug, name, postal_address)
    values ('bench', 'Nordkai', ${"Nordkai GmbH\nKai 1\n20457 Hamburg"}) returning id`;
  const workspaceId = Number(workspace?.id);
  const [list] =
    await sql`insert into lists (workspace_id, name) values (${workspaceId}, 'Friday Roast') returning id`;
  const listId = Number(list?.id);
  const [domain] =
    await sql`insert into sender_domains (workspace_id, name, dkim_selector, dkim_private_key, dkim_public_key)
    values (${workspaceId}, ${SENDER_DOMAIN}, 'lm1', '', ${key.publicKeyBase64}) returning id`;
  const domainId = Number(domain?.id);
  await sql`update sender_domains set dkim_private_key = ${encryptSecret(of.secret, dkimPurpose(domainId), key.privateKeyPem)} where id = ${domainId}`;
  const [sender] = await sql`insert into senders (workspace_id, sender_domain_id, name, address)
    values (${workspaceId}, ${domainId}, 'Nordkai Kaffee', ${`news@${SENDER_DOMAIN}`}) returning id`;
  await sql`insert into attributes (workspace_id, key, label) values (${workspaceId}, 'first_name', 'First name'), (${workspaceId}, 'city', 'City')`;
  for (let i = 1; i <= sources; i++) {
    await sql`with s as (insert into sources (name, kind, ip, helo_name) values (${`Source ${i}`}, 'ip', ${`${block}.1.${i}`}, ${`out${i}.${SENDER_DOMAIN}`}) returning id)
      insert into pool_sources (pool_id, source_id) select p.id, s.id from s, pools p where p.is_default`;
  }
  await sql`insert into subscribers (workspace_id, address, address_key, domain, attributes)
    select ${workspaceId}, 'person' || i || '@' || d, 'person' || i || '@' || d, d,
      jsonb_build_object('first_name', case when i % 7 = 0 then 'Jürgen' else 'Ines' end, 'city', 'Hamburg', 'orders', i % 9)
    from generate_series(1, ${recipients}::int) i, lateral (select (${domains as string[]}::text[])[1 + i % ${domains.length}::int] as d) x`;
  await sql`insert into subscriptions (subscriber_id, list_id, workspace_id, status, confirmed_at)
    select id, ${listId}, workspace_id, 'confirmed', now() from subscribers`;
  await sql`insert into domains (name, status) select distinct domain, 'unknown' from subscribers`;
  await sql`analyze`;
  return { workspaceId, listId, senderId: Number(sender?.id) };
}

/** As the sandbox's world places them: half at hosts of many, half with a server of their own. */
export function smallSites(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `small${i}.example`);
}

/** Names that lead to a server of their own in the sandbox's world. */
export function bigSites(n: number, block: string): string[] {
  const world = makeWorld({ block, seed: DEFAULT_SEED, shares: behavioursOf("quiet").shares });
  const names: string[] = [];
  for (let i = 0; names.length < n; i++) {
    const name = `bench${i}.example`;
    const place = world.place(name);
    if (place.kind === "mail" && place.site.endsWith(name)) names.push(name);
  }
  return names;
}
