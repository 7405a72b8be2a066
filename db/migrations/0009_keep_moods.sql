-- What replies have made of a lane's pace, for its next owner.
ALTER TABLE "lanes" ADD COLUMN "mood" jsonb;--> statement-breakpoint
-- Quotas by the signing domain: its mail rests in a bucket, that of others goes on.
CREATE TABLE "sender_holds" (
	"sender_domain_id" integer NOT NULL,
	"bucket" integer NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"reply" text,
	CONSTRAINT "sender_holds_pkey" PRIMARY KEY("sender_domain_id","bucket")
);
