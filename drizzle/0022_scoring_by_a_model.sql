CREATE TABLE "anomaly_queue" (
	"tenant_id" integer NOT NULL,
	"signature_id" bigint NOT NULL,
	"severity" smallint NOT NULL,
	"seen_at" timestamp(6) with time zone NOT NULL,
	"claimed_until" timestamp(6) with time zone,
	"fault" text,
	CONSTRAINT "anomaly_queue_tenant_id_signature_id_severity_pk" PRIMARY KEY("tenant_id","signature_id","severity")
);
--> statement-breakpoint
ALTER TABLE "anomaly_verdict" ADD COLUMN "wording" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX "anomaly_queue_next_idx" ON "anomaly_queue" USING btree ("tenant_id","seen_at") WHERE "anomaly_queue"."fault" is null;--> statement-breakpoint
UPDATE "anomaly_verdict" v SET "wording" = md5(s."pattern") FROM "signature" s WHERE s."tenant_id" = v."tenant_id" AND s."signature_id" = v."signature_id";--> statement-breakpoint
INSERT INTO "anomaly_queue" ("tenant_id", "signature_id", "severity", "seen_at") SELECT v."tenant_id", v."signature_id", v."severity", s."last_seen_at" FROM "anomaly_verdict" v JOIN "signature" s ON s."tenant_id" = v."tenant_id" AND s."signature_id" = v."signature_id" WHERE v."is_current";
