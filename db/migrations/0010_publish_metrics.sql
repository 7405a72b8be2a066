-- What a worker measured last, for /metrics.
ALTER TABLE "workers" ADD COLUMN "metrics" jsonb;
