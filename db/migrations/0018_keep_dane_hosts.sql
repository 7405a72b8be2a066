-- Whether DNSSEC proves a domain's MX records, and what it proves about the certificates of their hosts (DANE, RFC 7672).
ALTER TABLE "domains" ADD COLUMN "is_signed" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
CREATE TABLE "dane_hosts" (
	"host" text PRIMARY KEY NOT NULL,
	"records" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"is_usable" boolean NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"error" text
);
