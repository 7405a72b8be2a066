-- How far a source has come with a provider; bucket 1000 stands for all small sites.
CREATE TABLE "warmups" (
	"source_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"plan" jsonb NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_sent_day" integer,
	"graduated_day" integer,
	CONSTRAINT "warmups_pkey" PRIMARY KEY("source_id","bucket")
);
--> statement-breakpoint
ALTER TABLE "warmups" ADD CONSTRAINT "warmups_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- What a cold source took of its allowance on a day (UTC, days since 1970), and what became of it.
CREATE TABLE "source_days" (
	"source_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"day" integer NOT NULL,
	"cap" integer NOT NULL,
	"taken" integer DEFAULT 0 NOT NULL,
	"hour" smallint DEFAULT 0 NOT NULL,
	"taken_hour" integer DEFAULT 0 NOT NULL,
	"accepted" integer DEFAULT 0 NOT NULL,
	"deferred" integer DEFAULT 0 NOT NULL,
	"greylisted" integer DEFAULT 0 NOT NULL,
	"blocked" integer DEFAULT 0 NOT NULL,
	"bounced" integer DEFAULT 0 NOT NULL,
	"complaints" integer DEFAULT 0 NOT NULL,
	"result" text,
	"because" jsonb,
	CONSTRAINT "source_days_pkey" PRIMARY KEY("source_id","bucket","day")
);
--> statement-breakpoint
-- What becomes of mail that the cold sources of a pool cannot take today.
ALTER TABLE "pools" ADD COLUMN "overflow" text DEFAULT 'warm' NOT NULL;
