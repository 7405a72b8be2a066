-- How many acceptances of a campaign stand on its people already.
ALTER TABLE "campaigns" ADD COLUMN "accepted_noted" integer DEFAULT 0 NOT NULL;
