-- How much of a pool's mail a source gets beside the others: a light one waits for a heavy one that is sending.
ALTER TABLE "pool_sources" ADD COLUMN "weight" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "pool_sources" ADD CONSTRAINT "pool_sources_weight" CHECK ("weight" between 1 and 100);--> statement-breakpoint
-- What each took of late, in pools where weights differ; fades with time.
CREATE TABLE "pool_shares" (
	"pool_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"source_id" smallint NOT NULL,
	"taken" double precision NOT NULL,
	"taken_at" timestamp with time zone NOT NULL,
	CONSTRAINT "pool_shares_pkey" PRIMARY KEY("pool_id","bucket","source_id")
);
