-- What changed how a lane sends, with the reply that caused it or the person who did it.
CREATE TABLE "lane_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	"lane_id" integer NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"detail" jsonb,
	"reply" text,
	"user_id" integer
);
--> statement-breakpoint
CREATE INDEX "lane_events_lane_idx" ON "lane_events" USING btree ("lane_id","at");--> statement-breakpoint
-- Counts what people asked of a lane: its owner sees that it has to begin anew.
ALTER TABLE "lanes" ADD COLUMN "revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- Whoever holds it for a time; null where the engine suspended it.
ALTER TABLE "lanes" ADD COLUMN "suspended_by" integer;
