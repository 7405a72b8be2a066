-- Who carries a pool's mail while none of its own sources can, and after how long.
ALTER TABLE "pools" ADD COLUMN "fallback_source_id" smallint;--> statement-breakpoint
ALTER TABLE "pools" ADD COLUMN "fallback_minutes" integer DEFAULT 15 NOT NULL;--> statement-breakpoint
ALTER TABLE "pools" ADD CONSTRAINT "pools_fallback_source_id_sources_id_fk" FOREIGN KEY ("fallback_source_id") REFERENCES "public"."sources"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pools" ADD CONSTRAINT "pools_fallback_minutes" CHECK ("fallback_minutes" between 0 and 1440);--> statement-breakpoint
-- Buckets in which mail of a pool waits and none of its own sources can carry it; opened: the fallback does.
CREATE TABLE "pool_fallbacks" (
	"pool_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"opened_at" timestamp with time zone,
	CONSTRAINT "pool_fallbacks_pkey" PRIMARY KEY("pool_id","bucket")
);
--> statement-breakpoint
ALTER TABLE "pool_fallbacks" ADD CONSTRAINT "pool_fallbacks_pool_id_pools_id_fk" FOREIGN KEY ("pool_id") REFERENCES "public"."pools"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- What a source carries: its pools in every bucket (null), and pools that have fallen back to it, bucket by bucket.
CREATE VIEW "carried" AS
	select pool_id, source_id, null::integer as bucket from pool_sources
	union all
	select f.pool_id, p.fallback_source_id, f.bucket from pool_fallbacks f join pools p on p.id = f.pool_id
	where f.opened_at is not null and p.fallback_source_id is not null;
