-- What all lanes together took of a quota: of one source or all (0), at one bucket or over all of a relay (0).
CREATE TABLE "quotas" (
	"bucket" integer NOT NULL,
	"source_id" smallint NOT NULL,
	"day" integer DEFAULT 0 NOT NULL,
	"taken" integer DEFAULT 0 NOT NULL,
	"tat" double precision DEFAULT 0 NOT NULL,
	CONSTRAINT "quotas_pkey" PRIMARY KEY("bucket","source_id")
);
--> statement-breakpoint
ALTER TABLE "limit_changes" ADD COLUMN "per_day" integer;--> statement-breakpoint
ALTER TABLE "limit_changes" ADD COLUMN "overall_per_hour" integer;--> statement-breakpoint
ALTER TABLE "limit_changes" ADD COLUMN "overall_per_day" integer;--> statement-breakpoint
ALTER TABLE "limit_changes" ADD CONSTRAINT "limit_changes_quotas" CHECK ("per_day" >= 1 and "overall_per_hour" >= 1 and "overall_per_day" >= 1);--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "messages_per_hour" integer;--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "messages_per_day" integer;
