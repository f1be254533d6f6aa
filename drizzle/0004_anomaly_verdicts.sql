CREATE TABLE "anomaly_verdict" (
	"tenant_id" integer NOT NULL,
	"signature_id" bigint NOT NULL,
	"severity" smallint NOT NULL,
	"scorer" text NOT NULL,
	"label" text NOT NULL,
	"score" double precision NOT NULL,
	"risk" double precision NOT NULL,
	"is_anomalous" boolean NOT NULL,
	"is_current" boolean NOT NULL,
	"scored_at" timestamp(6) with time zone NOT NULL,
	CONSTRAINT "anomaly_verdict_tenant_id_signature_id_severity_scorer_pk" PRIMARY KEY("tenant_id","signature_id","severity","scorer")
);
--> statement-breakpoint
ALTER TABLE "signature" ADD COLUMN "severities" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "signature" ADD COLUMN "judged_as" text;--> statement-breakpoint
CREATE UNIQUE INDEX "anomaly_verdict_current_key" ON "anomaly_verdict" USING btree ("tenant_id","signature_id","severity") WHERE "anomaly_verdict"."is_current";