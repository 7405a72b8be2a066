-- Why those that were left when a person ended a campaign before its time expired; null: its time was over.
ALTER TABLE "campaigns" ADD COLUMN "stop_reason" text;
