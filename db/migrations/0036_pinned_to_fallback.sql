-- Beside what a source carries, a pool's fallback takes what is pinned to it: receivers that none of the pool's own reach.
DROP VIEW "carried";--> statement-breakpoint
CREATE VIEW "carried" AS
	select ps.pool_id, ps.source_id, null::integer as bucket, s.avoids, false as only_pinned
	from pool_sources ps join sources s on s.id = ps.source_id
	union all
	select f.pool_id, p.fallback_source_id, f.bucket, s.avoids, false from pool_fallbacks f join pools p on p.id = f.pool_id
	join sources s on s.id = p.fallback_source_id where f.opened_at is not null
	union all
	select p.id, p.fallback_source_id, null, s.avoids, true from pools p join sources s on s.id = p.fallback_source_id;
