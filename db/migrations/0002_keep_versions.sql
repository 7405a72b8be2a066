-- What a save of a draft replaced, so that it can be restored; who has it open now.
CREATE TABLE "campaign_versions" (
	"campaign_id" integer NOT NULL,
	"revision" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"user_id" integer,
	"subject" text NOT NULL,
	"preheader" text NOT NULL,
	"format" "content_format" NOT NULL,
	"document" jsonb,
	"html" text NOT NULL,
	CONSTRAINT "campaign_versions_pkey" PRIMARY KEY("campaign_id","revision")
);--> statement-breakpoint
CREATE UNLOGGED TABLE "campaign_editors" (
	"campaign_id" integer NOT NULL,
	"tab" text NOT NULL,
	"user_id" integer NOT NULL,
	"may_write" boolean NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "campaign_editors_pkey" PRIMARY KEY("campaign_id","tab")
);--> statement-breakpoint
ALTER TABLE "campaign_versions" ADD CONSTRAINT "campaign_versions_campaign_fk" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE cascade;--> statement-breakpoint
ALTER TABLE "campaign_versions" ADD CONSTRAINT "campaign_versions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE set null;--> statement-breakpoint
ALTER TABLE "campaign_editors" ADD CONSTRAINT "campaign_editors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "updated_by" integer;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_updated_by_users_id_fk" FOREIGN KEY ("updated_by") REFERENCES "users"("id") ON DELETE set null;
