-- A second DKIM key (RFC 8463); it signs from when its record was found.
ALTER TABLE "sender_domains" ADD COLUMN "ed25519_selector" text;--> statement-breakpoint
ALTER TABLE "sender_domains" ADD COLUMN "ed25519_private_key" text;--> statement-breakpoint
ALTER TABLE "sender_domains" ADD COLUMN "ed25519_public_key" text;--> statement-breakpoint
ALTER TABLE "sender_domains" ADD COLUMN "ed25519_found_at" timestamp with time zone;
