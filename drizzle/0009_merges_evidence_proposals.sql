CREATE TABLE "incident_merge" (
	"tenant_id" integer NOT NULL,
	"merge_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"from_id" bigint NOT NULL,
	"into_id" bigint NOT NULL,
	"notes" text,
	"author" text NOT NULL,
	"journal" jsonb NOT NULL,
	"merged_at" timestamp(6) with time zone NOT NULL,
	"undone_at" timestamp(6) with time zone,
	"undone_by" text,
	CONSTRAINT "incident_merge_tenant_id_merge_id_pk" PRIMARY KEY("tenant_id","merge_id")
);
--> statement-breakpoint
CREATE TABLE "lesson_proposal" (
	"tenant_id" integer NOT NULL,
	"proposal_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"signature_id" bigint NOT NULL,
	"state" text DEFAULT 'OPEN' NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"recommendation" text,
	"lesson_id" bigint,
	"decided_by" text,
	"decided_at" timestamp(6) with time zone,
	"notes" text,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "lesson_proposal_tenant_id_proposal_id_pk" PRIMARY KEY("tenant_id","proposal_id")
);
--> statement-breakpoint
CREATE TABLE "lesson_signature" (
	"tenant_id" integer NOT NULL,
	"lesson_id" bigint NOT NULL,
	"signature_id" bigint NOT NULL,
	CONSTRAINT "lesson_signature_tenant_id_lesson_id_signature_id_pk" PRIMARY KEY("tenant_id","lesson_id","signature_id")
);
--> statement-breakpoint
ALTER TABLE "hint_outcome" ADD COLUMN "candidate_id" bigint;--> statement-breakpoint
ALTER TABLE "incident_event" ADD COLUMN "evidence_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL;--> statement-breakpoint
ALTER TABLE "incident_event" ADD COLUMN "signature_id" bigint;--> statement-breakpoint
ALTER TABLE "incident_event" ADD COLUMN "asset_id" bigint;--> statement-breakpoint
ALTER TABLE "incident_event" ADD COLUMN "severity" smallint;--> statement-breakpoint
ALTER TABLE "incident_event" ADD COLUMN "host" text;--> statement-breakpoint
ALTER TABLE "incident_event" ADD COLUMN "service" text;--> statement-breakpoint
ALTER TABLE "runbook_hint" ADD COLUMN "rank" integer GENERATED ALWAYS AS (round((2 + priority / 50.0 + worked_count) / (4 + worked_count + failed_count) * 1000000)::integer) STORED NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "incident_merge_from_key" ON "incident_merge" USING btree ("tenant_id","from_id") WHERE "incident_merge"."undone_at" is null;--> statement-breakpoint
CREATE INDEX "incident_merge_into_idx" ON "incident_merge" USING btree ("tenant_id","into_id");--> statement-breakpoint
CREATE INDEX "lesson_proposal_signature_idx" ON "lesson_proposal" USING btree ("tenant_id","signature_id");--> statement-breakpoint
CREATE INDEX "lesson_proposal_updated_idx" ON "lesson_proposal" USING btree ("tenant_id","updated_at","proposal_id");--> statement-breakpoint
CREATE INDEX "lesson_signature_signature_idx" ON "lesson_signature" USING btree ("tenant_id","signature_id","lesson_id");--> statement-breakpoint
CREATE UNIQUE INDEX "incident_event_evidence_key" ON "incident_event" USING btree ("tenant_id","evidence_id");--> statement-breakpoint
CREATE INDEX "runbook_hint_rank_idx" ON "runbook_hint" USING btree ("tenant_id","rank","hint_id");--> statement-breakpoint
UPDATE "incident_event" k SET "signature_id" = e."signature_id", "asset_id" = e."asset_id", "severity" = e."severity", "host" = nullif(o."host", ''), "service" = nullif(o."service", '')
  FROM "event" e JOIN "origin" o ON o."tenant_id" = e."tenant_id" AND o."origin_id" = e."origin_id"
 WHERE e."tenant_id" = k."tenant_id" AND e."ts" = k."event_ts" AND e."event_id" = k."event_id";
