-- Which database this is, so that a restored or copied one is noticed and does not go on sending by itself.
ALTER TABLE "installation" ADD COLUMN "home" text;--> statement-breakpoint
ALTER TABLE "installation" ADD COLUMN "restores" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "installation" ADD COLUMN "restored_from" timestamp with time zone;
