-- Where nobody knows whether a mail arrived: sent once more, so that somebody may get two.
ALTER TABLE "workspaces" ADD COLUMN "repeat_uncertain" boolean DEFAULT false NOT NULL;
