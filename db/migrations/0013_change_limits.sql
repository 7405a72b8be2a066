-- What administrators changed of the shipped limits of a lane, by provider; an empty field is as shipped.
CREATE TABLE "limit_changes" (
	"key" text PRIMARY KEY NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"connections" smallint,
	"messages_per_connection" integer,
	"messages_per_second" double precision,
	"connections_per_minute" integer,
	"tls" text,
	"idle_seconds" integer,
	"site_connections" smallint,
	"site_messages_per_second" double precision,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_by" integer,
	CONSTRAINT "limit_changes_changed_by_fk" FOREIGN KEY ("changed_by") REFERENCES "users"("id") ON DELETE set null,
	-- A lane that may open nothing, or send nothing, would keep its mail without a word.
	CONSTRAINT "limit_changes_above_zero" CHECK ("connections" >= 1 and "messages_per_connection" >= 1
		and "messages_per_second" > 0 and "connections_per_minute" >= 1 and "idle_seconds" >= 1
		and "site_connections" >= 1 and "site_messages_per_second" > 0),
	CONSTRAINT "limit_changes_tls" CHECK ("tls" in ('opportunistic', 'required', 'verified'))
);
