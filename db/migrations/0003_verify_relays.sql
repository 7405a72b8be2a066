-- Certificates of relays are verified; the one a relay is pinned to, and the one that a test was shown.
ALTER TABLE "sources" ADD COLUMN "certificate" text;--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "revision" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "source_tests" ADD COLUMN "certificate" text;--> statement-breakpoint
-- What the sandbox's receivers show, so that workers can verify them.
ALTER TABLE "installation" ADD COLUMN "sandbox_certificate" text;
