CREATE TABLE "signature_rule" (
	"tenant_id" integer NOT NULL,
	"form_key" text NOT NULL,
	"key" text NOT NULL,
	"position" smallint NOT NULL,
	"parting" jsonb NOT NULL,
	"part_key" text NOT NULL,
	CONSTRAINT "signature_rule_tenant_id_form_key_key_position_pk" PRIMARY KEY("tenant_id","form_key","key","position")
);
--> statement-breakpoint
ALTER TABLE "signature" ADD COLUMN "part" text;--> statement-breakpoint
ALTER TABLE "signature_constraint" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "signature_constraint" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "signature_constraint" ADD COLUMN "moved" jsonb;--> statement-breakpoint
ALTER TABLE "signature_constraint" ADD COLUMN "undone_by" text;--> statement-breakpoint
ALTER TABLE "signature_form" ADD COLUMN "form_key" text;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "signing_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "signature_constraint_created_idx" ON "signature_constraint" USING btree ("tenant_id","created_at","constraint_id");--> statement-breakpoint
CREATE INDEX "signature_form_part_idx" ON "signature_form" USING btree ("tenant_id","form_key") WHERE "signature_form"."form_key" is not null;