-- Several receivers at once say that an address is on a public block list: nothing leaves by it for a while, anywhere.
ALTER TABLE "sources" ADD COLUMN "suspended_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "suspended_reply" text;--> statement-breakpoint
-- Which sites have said so, and when last.
CREATE TABLE "source_signs" (
	"source_id" smallint NOT NULL,
	"site_id" integer NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"reply" text NOT NULL,
	CONSTRAINT "source_signs_pkey" PRIMARY KEY("source_id","site_id")
);
--> statement-breakpoint
ALTER TABLE "source_signs" ADD CONSTRAINT "source_signs_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;
