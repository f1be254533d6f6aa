CREATE TABLE "removed_link" (
	"tenant_id" integer NOT NULL,
	"link_id" bigint NOT NULL,
	"source_type" text NOT NULL,
	"source_key" text NOT NULL,
	"target_type" text NOT NULL,
	"target_key" text NOT NULL,
	"link_type" text NOT NULL,
	"metadata" jsonb,
	"created_at" timestamp(6) with time zone NOT NULL,
	"removed_at" timestamp(6) with time zone NOT NULL,
	"removed_by" text,
	"reason" text,
	"portable_id" uuid DEFAULT gen_random_uuid() NOT NULL,
	CONSTRAINT "removed_link_tenant_id_link_id_pk" PRIMARY KEY("tenant_id","link_id")
);
--> statement-breakpoint
ALTER TABLE "signature_alias" ADD COLUMN "undone_at" timestamp(6) with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "removed_link_portable_key" ON "removed_link" USING btree ("tenant_id","portable_id");--> statement-breakpoint
CREATE INDEX "removed_link_source_idx" ON "removed_link" USING btree ("tenant_id","source_type","source_key");--> statement-breakpoint
CREATE INDEX "removed_link_target_idx" ON "removed_link" USING btree ("tenant_id","target_type","target_key");