CREATE TABLE "signature_sketch" (
	"tenant_id" integer NOT NULL,
	"lane" smallint NOT NULL,
	"code" bigint NOT NULL,
	"signature_id" bigint NOT NULL,
	CONSTRAINT "signature_sketch_tenant_id_lane_code_signature_id_pk" PRIMARY KEY("tenant_id","lane","code","signature_id")
);
--> statement-breakpoint
DROP INDEX "signature_form_words_idx";--> statement-breakpoint
ALTER TABLE "signature_form" ADD COLUMN "sketch_version" smallint DEFAULT 0 NOT NULL;