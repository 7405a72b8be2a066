-- Its own sources carry it again since then; where they stop once more soon, nobody waits anew.
ALTER TABLE "pool_fallbacks" ADD COLUMN "able_since" timestamp with time zone;
