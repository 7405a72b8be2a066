-- Receivers that a source sends nothing to: providers by bucket, 1000 for all others.
ALTER TABLE "sources" ADD COLUMN "avoids" integer[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
-- Whether one that carries mail of `own` (null: of every bucket) and avoids these carries that of `wanted`.
CREATE FUNCTION "carries"(own integer, avoids integer[], wanted integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
	$$ select (own is null or own = wanted) and case when wanted < 100 then wanted else 1000 end <> all (avoids) $$;--> statement-breakpoint
DROP VIEW "carried";--> statement-breakpoint
DROP VIEW "sending_sources";--> statement-breakpoint
-- Sources that may send now: what each statement that gives mail to somebody asks.
CREATE VIEW "sending_sources" AS
	select id, kind, ip, avoids from sources
	where state = 'active' and removed_at is null and (suspended_until is null or suspended_until <= now());--> statement-breakpoint
-- What a source carries: its pools in every bucket (null), and pools that have fallen back to it, bucket by bucket; of
-- neither what it avoids. Ask `carries`.
CREATE VIEW "carried" AS
	select ps.pool_id, ps.source_id, null::integer as bucket, s.avoids from pool_sources ps join sources s on s.id = ps.source_id
	union all
	select f.pool_id, p.fallback_source_id, f.bucket, s.avoids from pool_fallbacks f join pools p on p.id = f.pool_id
	join sources s on s.id = p.fallback_source_id where f.opened_at is not null;
