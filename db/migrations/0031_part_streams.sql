-- Which pool carries confirmations and other system mail; null: that of campaigns.
ALTER TABLE "workspaces" ADD COLUMN "system_pool_id" smallint;--> statement-breakpoint
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_system_pool_id_pools_id_fk" FOREIGN KEY ("system_pool_id") REFERENCES "public"."pools"("id") ON DELETE set null ON UPDATE no action;
