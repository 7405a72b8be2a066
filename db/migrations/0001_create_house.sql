CREATE TYPE "public"."attribute_type" AS ENUM('text', 'number', 'date', 'boolean');--> statement-breakpoint
CREATE TYPE "public"."consent_kind" AS ENUM('signed-up', 'confirmed', 'imported', 'added', 'unsubscribed', 'resubscribed', 'address-changed', 'erased');--> statement-breakpoint
CREATE TYPE "public"."import_state" AS ENUM('uploading', 'mapping', 'queued', 'running', 'finished', 'failed', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."opt_in" AS ENUM('single', 'double');--> statement-breakpoint
CREATE TYPE "public"."subscription_status" AS ENUM('pending', 'confirmed', 'unsubscribed');--> statement-breakpoint
CREATE TYPE "public"."suppression_reason" AS ENUM('recipient-dead', 'complaint', 'unsubscribed', 'manual', 'imported');--> statement-breakpoint
CREATE TYPE "public"."campaign_kind" AS ENUM('campaign', 'system');--> statement-breakpoint
CREATE TYPE "public"."campaign_state" AS ENUM('draft', 'scheduled', 'sending', 'paused', 'finished', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."content_format" AS ENUM('blocks', 'html');--> statement-breakpoint
CREATE TYPE "public"."exclusion_reason" AS ENUM('unsubscribed', 'not-confirmed', 'suppressed', 'excluded-list', 'excluded-segment', 'no-subscription');--> statement-breakpoint
CREATE TYPE "public"."hit_class" AS ENUM('human', 'machine', 'prefetch', 'scanner');--> statement-breakpoint
CREATE TYPE "public"."hit_kind" AS ENUM('open', 'click');--> statement-breakpoint
CREATE TYPE "public"."system_mail_kind" AS ENUM('confirm', 'welcome', 'reset', 'invitation', 'test', 'address');--> statement-breakpoint
CREATE TYPE "public"."relay_tls" AS ENUM('starttls', 'tls', 'none');--> statement-breakpoint
CREATE TYPE "public"."source_kind" AS ENUM('ip', 'relay');--> statement-breakpoint
CREATE TYPE "public"."source_state" AS ENUM('active', 'held');--> statement-breakpoint
CREATE TYPE "public"."network" AS ENUM('sandbox', 'internet');--> statement-breakpoint
CREATE TYPE "public"."workspace_role" AS ENUM('owner', 'marketer', 'viewer');--> statement-breakpoint
CREATE TABLE "attributes" (
	"workspace_id" integer NOT NULL,
	"key" text NOT NULL,
	"label" text NOT NULL,
	"type" "attribute_type" DEFAULT 'text' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "attributes_pkey" PRIMARY KEY("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "consent_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "consent_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"workspace_id" integer NOT NULL,
	"subscriber_id" bigint NOT NULL,
	"list_id" integer,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" "consent_kind" NOT NULL,
	"ip" "inet",
	"user_agent" text,
	"form_id" integer,
	"wording" text,
	"source" text NOT NULL,
	"campaign_id" integer,
	"seq" integer,
	"user_id" integer,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "forms" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "forms_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"public_id" text NOT NULL,
	"workspace_id" integer NOT NULL,
	"name" text NOT NULL,
	"heading" text NOT NULL,
	"promise" text DEFAULT '' NOT NULL,
	"wording" text NOT NULL,
	"button_label" text DEFAULT 'Subscribe' NOT NULL,
	"list_ids" integer[] NOT NULL,
	"fields" text[] DEFAULT '{}'::text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "forms_public_id_unique" UNIQUE("public_id")
);
--> statement-breakpoint
CREATE TABLE "import_rejects" (
	"import_id" integer NOT NULL,
	"line" integer NOT NULL,
	"kind" text NOT NULL,
	"reason" text NOT NULL,
	"cells" text[] NOT NULL,
	CONSTRAINT "import_rejects_pkey" PRIMARY KEY("import_id","line")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "imports_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"workspace_id" integer NOT NULL,
	"file_id" uuid,
	"file_name" text NOT NULL,
	"state" "import_state" DEFAULT 'uploading' NOT NULL,
	"encoding" text,
	"delimiter" text,
	"has_header" boolean,
	"header" text[],
	"sample" jsonb,
	"mapping" jsonb,
	"options" jsonb,
	"bytes_total" bigint DEFAULT 0 NOT NULL,
	"bytes_read" bigint DEFAULT 0 NOT NULL,
	"rows_read" integer DEFAULT 0 NOT NULL,
	"created" integer DEFAULT 0 NOT NULL,
	"updated" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"rejected" integer DEFAULT 0 NOT NULL,
	"error" text,
	"created_by" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lists" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "lists_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"workspace_id" integer NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"opt_in" "opt_in" DEFAULT 'double' NOT NULL,
	"is_public" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "segments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"workspace_id" integer NOT NULL,
	"name" text NOT NULL,
	"rule" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"counted_at" timestamp with time zone,
	"count" integer,
	"count_ms" integer
);
--> statement-breakpoint
CREATE TABLE "subscribers" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "subscribers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"workspace_id" integer NOT NULL,
	"address" text NOT NULL,
	"address_key" text NOT NULL,
	"domain" text NOT NULL,
	"attributes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"origin" text DEFAULT '' NOT NULL,
	"import_id" integer,
	"form_id" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_accepted_at" timestamp with time zone,
	"last_opened_at" timestamp with time zone,
	"last_clicked_at" timestamp with time zone,
	"erased_at" timestamp with time zone,
	CONSTRAINT "subscribers_address_unique" UNIQUE("workspace_id","address_key")
);
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"subscriber_id" bigint NOT NULL,
	"list_id" integer NOT NULL,
	"workspace_id" integer NOT NULL,
	"status" "subscription_status" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"confirmed_at" timestamp with time zone,
	"unsubscribed_at" timestamp with time zone,
	CONSTRAINT "subscriptions_pkey" PRIMARY KEY("subscriber_id","list_id")
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "suppressions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"workspace_id" integer,
	"address" text NOT NULL,
	"address_key" text NOT NULL,
	"reason" "suppression_reason" NOT NULL,
	"evidence" jsonb NOT NULL,
	"campaign_id" integer,
	"seq" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lifted_at" timestamp with time zone,
	"lifted_by" integer,
	"lift_reason" text
);
--> statement-breakpoint
CREATE TABLE "campaign_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "campaign_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"campaign_id" integer NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"sentence" text NOT NULL,
	"reply" text,
	"user_id" integer
);
--> statement-breakpoint
CREATE TABLE "campaign_links" (
	"campaign_id" integer NOT NULL,
	"n" smallint NOT NULL,
	"url" text NOT NULL,
	CONSTRAINT "campaign_links_pkey" PRIMARY KEY("campaign_id","n")
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "campaigns_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"workspace_id" integer NOT NULL,
	"kind" "campaign_kind" DEFAULT 'campaign' NOT NULL,
	"month" text,
	"name" text NOT NULL,
	"state" "campaign_state" DEFAULT 'draft' NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"subject" text DEFAULT '' NOT NULL,
	"preheader" text DEFAULT '' NOT NULL,
	"sender_id" integer,
	"reply_to" text,
	"language" text DEFAULT 'en' NOT NULL,
	"format" "content_format" DEFAULT 'blocks' NOT NULL,
	"document" jsonb,
	"html" text DEFAULT '' NOT NULL,
	"text" text DEFAULT '' NOT NULL,
	"audience" jsonb DEFAULT '{"include":{"lists":[],"segments":[]},"exclude":{"lists":[],"segments":[]}}'::jsonb NOT NULL,
	"track_opens" boolean DEFAULT true NOT NULL,
	"track_clicks" boolean DEFAULT true NOT NULL,
	"pool_id" smallint,
	"expire_after_hours" integer DEFAULT 72 NOT NULL,
	"scheduled_at" timestamp with time zone,
	"scheduled_by" integer,
	"expected_audience" integer,
	"typed_audience" integer,
	"launched_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"cancelled_at" timestamp with time zone,
	"candidates" integer,
	"audience_size" integer DEFAULT 0 NOT NULL,
	"launch_refusal" text,
	"created_by" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_by" integer,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "campaigns_expiry" CHECK ("campaigns"."expire_after_hours" between 1 and 720)
);
--> statement-breakpoint
CREATE TABLE "exclusions" (
	"campaign_id" integer NOT NULL,
	"subscriber_id" bigint NOT NULL,
	"reason" "exclusion_reason" NOT NULL,
	"value" text DEFAULT '' NOT NULL,
	CONSTRAINT "exclusions_pkey" PRIMARY KEY("campaign_id","subscriber_id")
);
--> statement-breakpoint
CREATE TABLE "hits" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "hits_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"workspace_id" integer NOT NULL,
	"campaign_id" integer NOT NULL,
	"seq" integer NOT NULL,
	"subscriber_id" bigint,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" "hit_kind" NOT NULL,
	"class" "hit_class" NOT NULL,
	"because" text DEFAULT '' NOT NULL,
	"link" smallint,
	"ip" "inet",
	"user_agent" text
);
--> statement-breakpoint
CREATE TABLE "sender_domains" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sender_domains_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"workspace_id" integer,
	"name" text NOT NULL,
	"dkim_selector" text NOT NULL,
	"dkim_private_key" text NOT NULL,
	"dkim_public_key" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone,
	"checks" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "senders" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "senders_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"workspace_id" integer NOT NULL,
	"sender_domain_id" integer NOT NULL,
	"name" text NOT NULL,
	"address" text NOT NULL,
	"reply_to" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "system_mails" (
	"campaign_id" integer NOT NULL,
	"seq" integer NOT NULL,
	"workspace_id" integer NOT NULL,
	"kind" "system_mail_kind" NOT NULL,
	"sender_id" integer NOT NULL,
	"subject" text NOT NULL,
	"html" text NOT NULL,
	"text" text NOT NULL,
	"reply_to" text,
	"subscriber_id" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "system_mails_pkey" PRIMARY KEY("campaign_id","seq")
);
--> statement-breakpoint
CREATE TABLE "templates" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "templates_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"workspace_id" integer NOT NULL,
	"name" text NOT NULL,
	"format" "content_format" NOT NULL,
	"document" jsonb,
	"html" text DEFAULT '' NOT NULL,
	"text" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "domains" (
	"name" text PRIMARY KEY NOT NULL,
	"site_id" integer,
	"mx" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"status" text NOT NULL,
	"error" text,
	"resolved_at" timestamp with time zone,
	"expires_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pool_sources" (
	"pool_id" smallint NOT NULL,
	"source_id" smallint NOT NULL,
	CONSTRAINT "pool_sources_pkey" PRIMARY KEY("pool_id","source_id")
);
--> statement-breakpoint
CREATE TABLE "pools" (
	"id" smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pools_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 32767 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "pools_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "sandbox_mails" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sandbox_mails_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"provider" text NOT NULL,
	"client_ip" text NOT NULL,
	"mail_from" text NOT NULL,
	"rcpt_to" text NOT NULL,
	"message_id" text,
	"subject" text,
	"size" integer NOT NULL,
	"raw" "bytea" NOT NULL,
	"transcript" text DEFAULT '' NOT NULL,
	"authentication" jsonb,
	"outcome" text DEFAULT 'accepted' NOT NULL,
	"dsn_sent_at" timestamp with time zone,
	"complained_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "site_holds" (
	"source_id" smallint NOT NULL,
	"site_id" integer NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"reply" text,
	CONSTRAINT "site_holds_pkey" PRIMARY KEY("source_id","site_id")
);
--> statement-breakpoint
CREATE TABLE "sites" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sites_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"provider_id" smallint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sites_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"id" smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sources_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 32767 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"kind" "source_kind" NOT NULL,
	"state" "source_state" DEFAULT 'active' NOT NULL,
	"held_at" timestamp with time zone,
	"held_by" integer,
	"ip" "inet",
	"helo_name" text NOT NULL,
	"host" text,
	"port" integer,
	"tls" "relay_tls" DEFAULT 'starttls' NOT NULL,
	"username" text,
	"password" text,
	"max_connections" smallint,
	"messages_per_minute" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "sources_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "file_chunks" (
	"file_id" uuid NOT NULL,
	"n" integer NOT NULL,
	"data" "bytea" NOT NULL,
	CONSTRAINT "file_chunks_pkey" PRIMARY KEY("file_id","n")
);
--> statement-breakpoint
CREATE TABLE "files" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" integer NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"mime" text NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"width" integer,
	"height" integer,
	"created_by" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attempts" (
	"campaign_id" integer NOT NULL,
	"seq" integer NOT NULL,
	"n" smallint NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"source_id" smallint,
	"bucket" integer NOT NULL,
	"code" smallint,
	"enhanced" text,
	"verdict" smallint,
	"reply" text,
	"retry_at" timestamp with time zone,
	CONSTRAINT "attempts_pkey" PRIMARY KEY("campaign_id","seq","n")
);
--> statement-breakpoint
CREATE TABLE "campaign_minutes" (
	"campaign_id" integer NOT NULL,
	"bucket" integer NOT NULL,
	"source_id" smallint NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"accepted" integer DEFAULT 0 NOT NULL,
	"deferred" integer DEFAULT 0 NOT NULL,
	"bounced" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "campaign_minutes_pkey" PRIMARY KEY("campaign_id","minute","bucket","source_id")
);
--> statement-breakpoint
CREATE TABLE "claims" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "claims_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"lane_id" integer NOT NULL,
	"epoch" integer NOT NULL,
	"adopted" smallint DEFAULT 0 NOT NULL,
	"campaign_id" integer NOT NULL,
	"pool_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"class" smallint NOT NULL,
	"seqs" integer[] NOT NULL,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"set_aside_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"campaign_id" integer NOT NULL,
	"seq" integer NOT NULL,
	"subscriber_id" bigint,
	"address" text NOT NULL,
	"domain" text NOT NULL,
	"site_id" integer DEFAULT 0 NOT NULL,
	"list_id" integer,
	"variant" smallint DEFAULT 0 NOT NULL,
	"state" "char" DEFAULT 'w' NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"dup" smallint DEFAULT 0 NOT NULL,
	"first_at" timestamp with time zone,
	"settled_at" timestamp with time zone,
	"source_id" smallint,
	"code" smallint,
	"enhanced" text,
	"reply" text,
	"verdict" smallint,
	CONSTRAINT "deliveries_pkey" PRIMARY KEY("campaign_id","seq"),
	CONSTRAINT "deliveries_subscriber_unique" UNIQUE("campaign_id","subscriber_id")
) PARTITION BY RANGE ("campaign_id");
--> statement-breakpoint
CREATE TABLE "delivery_hours" (
	"source_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"sender_domain_id" integer NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"accepted" integer DEFAULT 0 NOT NULL,
	"deferred" integer DEFAULT 0 NOT NULL,
	"bounced" integer DEFAULT 0 NOT NULL,
	"uncertain" integer DEFAULT 0 NOT NULL,
	"complained" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "delivery_hours_pkey" PRIMARY KEY("hour","bucket","source_id","sender_domain_id")
);
--> statement-breakpoint
CREATE TABLE "due" (
	"campaign_id" integer NOT NULL,
	"seq" integer NOT NULL,
	"pool_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"class" smallint NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"source_id" smallint,
	"state" "char" DEFAULT 'r' NOT NULL,
	CONSTRAINT "due_pkey" PRIMARY KEY("campaign_id","seq")
);
--> statement-breakpoint
CREATE TABLE "lanes" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "lanes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"source_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"worker_id" integer,
	"epoch" integer DEFAULT 0 NOT NULL,
	"wake_at" timestamp with time zone DEFAULT now() NOT NULL,
	"suspended_until" timestamp with time zone,
	"suspended_reply" text,
	"held_at" timestamp with time zone,
	"held_by" integer,
	"tat" timestamp with time zone,
	"last_reply" text,
	"last_code" smallint,
	"last_reply_at" timestamp with time zone,
	"connections" smallint DEFAULT 0 NOT NULL,
	"pace" integer DEFAULT 0 NOT NULL,
	"ran_at" timestamp with time zone,
	CONSTRAINT "lanes_source_bucket_unique" UNIQUE("source_id","bucket")
);
--> statement-breakpoint
CREATE TABLE "reply_hours" (
	"source_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"shape" text NOT NULL,
	"code" smallint,
	"verdict" smallint,
	"n" integer NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"sample" text NOT NULL,
	CONSTRAINT "reply_hours_pkey" PRIMARY KEY("source_id","bucket","hour","shape")
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "reports_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"rcpt_to" text NOT NULL,
	"remote_ip" text,
	"campaign_id" integer,
	"seq" integer,
	"verdict" smallint,
	"summary" text DEFAULT '' NOT NULL,
	"digest" text NOT NULL,
	"raw" "bytea" NOT NULL,
	"taken_at" timestamp with time zone,
	CONSTRAINT "reports_digest_unique" UNIQUE("digest")
);
--> statement-breakpoint
CREATE TABLE "rollups" (
	"campaign_id" integer NOT NULL,
	"bucket" integer NOT NULL,
	"source_id" smallint DEFAULT 0 NOT NULL,
	"state" "char" NOT NULL,
	"n" bigint NOT NULL,
	CONSTRAINT "rollups_pkey" PRIMARY KEY("campaign_id","bucket","source_id","state")
);
--> statement-breakpoint
CREATE TABLE "streams" (
	"pool_id" smallint NOT NULL,
	"bucket" integer NOT NULL,
	"campaign_id" integer NOT NULL,
	"wave" smallint DEFAULT 0 NOT NULL,
	"class" smallint NOT NULL,
	"state" "char" DEFAULT 'r' NOT NULL,
	"workspace_id" integer NOT NULL,
	"sender_domain_id" integer NOT NULL,
	"not_before" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	"first_seq" integer NOT NULL,
	"next_seq" integer NOT NULL,
	"last_seq" integer NOT NULL,
	"served_at" timestamp with time zone DEFAULT '-infinity' NOT NULL,
	CONSTRAINT "streams_pkey" PRIMARY KEY("pool_id","bucket","campaign_id","wave")
);
--> statement-breakpoint
CREATE TABLE "worker_ends" (
	"id" integer PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone DEFAULT now() NOT NULL,
	"how" text NOT NULL,
	"lanes" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "workers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"graphile_ids" text[] DEFAULT '{}'::text[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"workspace_id" integer,
	"user_id" integer,
	"action" text NOT NULL,
	"target" text DEFAULT '' NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"ip" "inet"
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"network" "network" DEFAULT 'sandbox' NOT NULL,
	"sending_allowed" boolean DEFAULT true NOT NULL,
	"sending_stopped_at" timestamp with time zone,
	"sending_stopped_by" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "installation_one_row" CHECK ("installation"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "invitations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"workspace_id" integer,
	"role" "workspace_role",
	"as_administrator" boolean DEFAULT false NOT NULL,
	"address" text NOT NULL,
	"address_key" text NOT NULL,
	"token_hash" text NOT NULL,
	"invited_by" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "invitations_token_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"workspace_id" integer NOT NULL,
	"user_id" integer NOT NULL,
	"role" "workspace_role" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_pkey" PRIMARY KEY("workspace_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "password_resets" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "password_resets_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"user_id" integer NOT NULL,
	"token_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "password_resets_token_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"tat" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"ip" "inet",
	"user_agent" text
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"address" text NOT NULL,
	"address_key" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"is_administrator" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"disabled_at" timestamp with time zone,
	"last_seen_at" timestamp with time zone,
	CONSTRAINT "users_address_key_unique" UNIQUE("address_key")
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "workspaces_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"logo_file_id" uuid,
	"brand_color" text DEFAULT '#2a4a9c' NOT NULL,
	"postal_address" text DEFAULT '' NOT NULL,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"default_sender_id" integer,
	"pool_id" smallint,
	"track_opens" boolean DEFAULT true NOT NULL,
	"track_clicks" boolean DEFAULT true NOT NULL,
	"take_back_seconds" smallint DEFAULT 20 NOT NULL,
	"type_number_above" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "workspaces_slug_unique" UNIQUE("slug"),
	CONSTRAINT "workspaces_take_back" CHECK ("workspaces"."take_back_seconds" between 0 and 300)
);
--> statement-breakpoint
ALTER TABLE "attributes" ADD CONSTRAINT "attributes_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "forms" ADD CONSTRAINT "forms_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_rejects" ADD CONSTRAINT "import_rejects_import_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_file_id_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "public"."files"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lists" ADD CONSTRAINT "lists_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "segments" ADD CONSTRAINT "segments_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_lifted_by_users_id_fk" FOREIGN KEY ("lifted_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_events" ADD CONSTRAINT "campaign_events_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_events" ADD CONSTRAINT "campaign_events_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_links" ADD CONSTRAINT "campaign_links_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_sender_id_senders_id_fk" FOREIGN KEY ("sender_id") REFERENCES "public"."senders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_scheduled_by_users_id_fk" FOREIGN KEY ("scheduled_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_updated_by_users_id_fk" FOREIGN KEY ("updated_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exclusions" ADD CONSTRAINT "exclusions_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exclusions" ADD CONSTRAINT "exclusions_subscriber_id_subscribers_id_fk" FOREIGN KEY ("subscriber_id") REFERENCES "public"."subscribers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hits" ADD CONSTRAINT "hits_campaign_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sender_domains" ADD CONSTRAINT "sender_domains_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "senders" ADD CONSTRAINT "senders_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "senders" ADD CONSTRAINT "senders_sender_domain_id_sender_domains_id_fk" FOREIGN KEY ("sender_domain_id") REFERENCES "public"."sender_domains"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "system_mails" ADD CONSTRAINT "system_mails_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "system_mails" ADD CONSTRAINT "system_mails_sender_id_senders_id_fk" FOREIGN KEY ("sender_id") REFERENCES "public"."senders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "system_mails" ADD CONSTRAINT "system_mails_campaign_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pool_sources" ADD CONSTRAINT "pool_sources_pool_id_pools_id_fk" FOREIGN KEY ("pool_id") REFERENCES "public"."pools"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pool_sources" ADD CONSTRAINT "pool_sources_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "file_chunks" ADD CONSTRAINT "file_chunks_file_id_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "public"."files"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_workspace_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_user_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_invited_by_users_id_fk" FOREIGN KEY ("invited_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "consent_events_subscriber_idx" ON "consent_events" USING btree ("subscriber_id","id");--> statement-breakpoint
CREATE INDEX "consent_events_at_idx" ON "consent_events" USING brin ("at");--> statement-breakpoint
CREATE INDEX "consent_events_campaign_idx" ON "consent_events" USING btree ("campaign_id","kind","subscriber_id") WHERE "consent_events"."campaign_id" is not null;--> statement-breakpoint
CREATE INDEX "forms_workspace_idx" ON "forms" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "imports_workspace_idx" ON "imports" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "lists_name_unique" ON "lists" USING btree ("workspace_id",lower("name")) WHERE "lists"."archived_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "segments_name_unique" ON "segments" USING btree ("workspace_id",lower("name"));--> statement-breakpoint
CREATE INDEX "subscribers_newest_idx" ON "subscribers" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "subscribers_clicked_idx" ON "subscribers" USING btree ("workspace_id","last_clicked_at","id") WHERE "subscribers"."last_clicked_at" is not null;--> statement-breakpoint
CREATE INDEX "subscriptions_list_idx" ON "subscriptions" USING btree ("list_id","status","subscriber_id");--> statement-breakpoint
CREATE UNIQUE INDEX "suppressions_standing_unique" ON "suppressions" USING btree ("address_key",coalesce("workspace_id", 0)) WHERE "suppressions"."lifted_at" is null;--> statement-breakpoint
CREATE INDEX "suppressions_workspace_idx" ON "suppressions" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "campaign_events_campaign_idx" ON "campaign_events" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE INDEX "campaigns_workspace_idx" ON "campaigns" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "campaigns_system_month_unique" ON "campaigns" USING btree ("workspace_id","month") WHERE "campaigns"."kind" = 'system';--> statement-breakpoint
CREATE INDEX "campaigns_live_idx" ON "campaigns" USING btree ("state") WHERE "campaigns"."state" in ('scheduled', 'sending', 'paused');--> statement-breakpoint
CREATE INDEX "exclusions_reason_idx" ON "exclusions" USING btree ("campaign_id","reason","subscriber_id");--> statement-breakpoint
CREATE INDEX "exclusions_subscriber_idx" ON "exclusions" USING btree ("subscriber_id");--> statement-breakpoint
CREATE INDEX "hits_campaign_idx" ON "hits" USING btree ("campaign_id","kind","link");--> statement-breakpoint
CREATE INDEX "hits_delivery_idx" ON "hits" USING btree ("campaign_id","seq","at");--> statement-breakpoint
CREATE INDEX "hits_subscriber_idx" ON "hits" USING btree ("subscriber_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "sender_domains_name_unique" ON "sender_domains" USING btree ("name");--> statement-breakpoint
CREATE INDEX "senders_workspace_idx" ON "senders" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "system_mails_subscriber_idx" ON "system_mails" USING btree ("subscriber_id");--> statement-breakpoint
CREATE UNIQUE INDEX "templates_name_unique" ON "templates" USING btree ("workspace_id",lower("name"));--> statement-breakpoint
CREATE INDEX "domains_expires_idx" ON "domains" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sandbox_mails_rcpt_idx" ON "sandbox_mails" USING btree ("rcpt_to","id");--> statement-breakpoint
CREATE INDEX "sandbox_mails_message_id_idx" ON "sandbox_mails" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "files_workspace_idx" ON "files" USING btree ("workspace_id","kind");--> statement-breakpoint
CREATE INDEX "attempts_lane_idx" ON "attempts" USING btree ("source_id","bucket","at");--> statement-breakpoint
CREATE INDEX "claims_lane_idx" ON "claims" USING btree ("lane_id");--> statement-breakpoint
CREATE INDEX "claims_campaign_idx" ON "claims" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "due_turn_idx" ON "due" USING btree ("pool_id","bucket","class","due_at");--> statement-breakpoint
CREATE INDEX "lanes_worker_idx" ON "lanes" USING btree ("worker_id");--> statement-breakpoint
CREATE INDEX "reports_delivery_idx" ON "reports" USING btree ("campaign_id","seq");--> statement-breakpoint
CREATE INDEX "streams_campaign_idx" ON "streams" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "audit_events_workspace_idx" ON "audit_events" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "invitations_workspace_idx" ON "invitations" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "memberships_user_idx" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE TABLE "source_tests" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "source_tests_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"source_id" smallint NOT NULL REFERENCES "sources"("id") ON DELETE cascade,
	"recipient" text NOT NULL,
	"requested_by" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"result" text,
	"ok" boolean,
	"transcript" text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE INDEX "source_tests_source_idx" ON "source_tests" ("source_id","id");--> statement-breakpoint
-- A partition of the ledger holds 200 campaigns and is dropped whole. Called before a campaign's first row is written,
-- in a transaction of its own: attaching takes a weak lock, so running lanes do not wait. Rows are updated once or twice,
-- hence the free half of each page (HOT) and the early vacuum.
CREATE FUNCTION ledger_partition_for(campaign integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  block constant integer := campaign / 200;
  name constant text := 'deliveries_' || lpad(block::text, 5, '0');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('ledger_partition_for'));
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE deliveries INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)', name);
  EXECUTE format('ALTER TABLE deliveries ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, block * 200, (block + 1) * 200);
END $$;--> statement-breakpoint
SELECT ledger_partition_for(0);--> statement-breakpoint
SELECT ledger_partition_for(200);--> statement-breakpoint
ALTER TABLE "streams" SET (fillfactor = 50);--> statement-breakpoint
ALTER TABLE "lanes" SET (fillfactor = 50);--> statement-breakpoint
ALTER TABLE "workers" SET (fillfactor = 50);--> statement-breakpoint
ALTER TABLE "rollups" SET (fillfactor = 50);--> statement-breakpoint
ALTER TABLE "claims" SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);--> statement-breakpoint
ALTER TABLE "due" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);--> statement-breakpoint
INSERT INTO "installation" DEFAULT VALUES;--> statement-breakpoint
INSERT INTO "pools" ("name", "is_default") VALUES ('Main', true);
