CREATE TABLE "source_checkpoint" (
	"tenant_id" integer NOT NULL,
	"source_id" bigint NOT NULL,
	"key" text NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "source_checkpoint_tenant_id_source_id_key_pk" PRIMARY KEY("tenant_id","source_id","key")
);
--> statement-breakpoint
ALTER TABLE "source" ADD COLUMN "config" jsonb;--> statement-breakpoint
ALTER TABLE "source" ADD COLUMN "secret_hash" text;--> statement-breakpoint
ALTER TABLE "source" ADD COLUMN "credential" text;--> statement-breakpoint
ALTER TABLE "source" ADD COLUMN "revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "source_secret_idx" ON "source" USING btree ("connector","secret_hash") WHERE "source"."secret_hash" is not null;