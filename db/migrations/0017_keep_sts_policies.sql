-- What recipient domains ask of the encryption of mail to them (MTA-STS, RFC 8461).
CREATE TABLE "sts_policies" (
	"domain" text PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"mode" text,
	"mx" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"max_age" integer,
	"fetched_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"error" text
);
--> statement-breakpoint
-- How the sandbox's receivers took a mail: version, cipher, the name that was asked for.
ALTER TABLE "sandbox_mails" ADD COLUMN "encryption" text;
