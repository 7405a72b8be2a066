-- What is done to many subscribers at once, so that it can be undone; what an import would do; how often somebody was asked.
-- An address is looked up by the unique index alone: while statistics do not know a new workspace, the planner takes
-- this index for just as good and reads everybody in it for each lookup. Partial, it serves pages and nothing else.
DROP INDEX "subscribers_newest_idx";--> statement-breakpoint
CREATE INDEX "subscribers_newest_idx" ON "subscribers" USING btree ("workspace_id","id") WHERE "erased_at" is null;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "dry_run" jsonb;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "asks" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "asked_at" timestamp with time zone;--> statement-breakpoint
UPDATE "subscriptions" SET "asks" = 1, "asked_at" = "created_at" WHERE "status" = 'pending';--> statement-breakpoint
CREATE TABLE "bulk_acts" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	"workspace_id" integer NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"filter" text,
	"cursor" bigint DEFAULT 0 NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"changed" integer DEFAULT 0 NOT NULL,
	"created_by" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "bulk_acts_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE cascade,
	CONSTRAINT "bulk_acts_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "users"("id") ON DELETE set null
);--> statement-breakpoint
CREATE INDEX "bulk_acts_workspace_idx" ON "bulk_acts" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE TABLE "bulk_act_people" (
	"act_id" integer NOT NULL,
	"subscriber_id" bigint NOT NULL,
	"lists" integer[],
	CONSTRAINT "bulk_act_people_pkey" PRIMARY KEY("act_id","subscriber_id"),
	CONSTRAINT "bulk_act_people_act_fk" FOREIGN KEY ("act_id") REFERENCES "bulk_acts"("id") ON DELETE cascade
);
