-- A source that takes nothing new and finishes what it holds.
ALTER TYPE "public"."source_state" ADD VALUE 'draining';
