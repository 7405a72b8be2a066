-- What the world said to the questions of the page that leaves the sandbox.
ALTER TABLE "installation" ADD COLUMN "network_checks" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "installation" ADD COLUMN "network_asked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "installation" ADD COLUMN "network_checked_at" timestamp with time zone;
