CREATE SEQUENCE "public"."mnemograph_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 16;--> statement-breakpoint
CREATE SEQUENCE "public"."mnemograph_outbox_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "asset" (
	"tenant_id" integer NOT NULL,
	"asset_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"hostname" text NOT NULL,
	"asset_type" text,
	"service_group" text,
	"ip_addresses" text[] DEFAULT '{}' NOT NULL,
	"platform" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"metadata" jsonb,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "asset_tenant_id_asset_id_pk" PRIMARY KEY("tenant_id","asset_id")
);
--> statement-breakpoint
CREATE TABLE "candidate" (
	"tenant_id" integer NOT NULL,
	"candidate_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"type" text NOT NULL,
	"subject" text NOT NULL,
	"state" text DEFAULT 'OPEN' NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"explanation" text NOT NULL,
	"first_seen_at" timestamp(6) with time zone NOT NULL,
	"last_seen_at" timestamp(6) with time zone NOT NULL,
	"score" integer NOT NULL,
	"score_breakdown" jsonb NOT NULL,
	"decision_band" text NOT NULL,
	"confidence" integer NOT NULL,
	"severity" smallint NOT NULL,
	"episode_count" integer NOT NULL,
	"event_count" integer NOT NULL,
	"metadata" jsonb,
	"version" integer DEFAULT 1 NOT NULL,
	"redirected_to_id" bigint,
	"withdrawn" boolean DEFAULT false NOT NULL,
	"suppressed_until" timestamp(6) with time zone,
	"suppressed_reason" text,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "candidate_tenant_id_candidate_id_pk" PRIMARY KEY("tenant_id","candidate_id")
);
--> statement-breakpoint
CREATE TABLE "candidate_asset" (
	"tenant_id" integer NOT NULL,
	"candidate_id" bigint NOT NULL,
	"asset_id" bigint NOT NULL,
	CONSTRAINT "candidate_asset_tenant_id_candidate_id_asset_id_pk" PRIMARY KEY("tenant_id","candidate_id","asset_id")
);
--> statement-breakpoint
CREATE TABLE "candidate_event" (
	"tenant_id" integer NOT NULL,
	"candidate_id" bigint NOT NULL,
	"event_ts" timestamp(6) with time zone NOT NULL,
	"event_id" uuid NOT NULL,
	CONSTRAINT "candidate_event_tenant_id_candidate_id_event_ts_event_id_pk" PRIMARY KEY("tenant_id","candidate_id","event_ts","event_id")
);
--> statement-breakpoint
CREATE TABLE "candidate_group" (
	"tenant_id" integer NOT NULL,
	"candidate_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	CONSTRAINT "candidate_group_tenant_id_candidate_id_group_id_pk" PRIMARY KEY("tenant_id","candidate_id","group_id")
);
--> statement-breakpoint
CREATE TABLE "candidate_signature" (
	"tenant_id" integer NOT NULL,
	"candidate_id" bigint NOT NULL,
	"signature_id" bigint NOT NULL,
	CONSTRAINT "candidate_signature_tenant_id_candidate_id_signature_id_pk" PRIMARY KEY("tenant_id","candidate_id","signature_id")
);
--> statement-breakpoint
CREATE TABLE "candidate_version" (
	"tenant_id" integer NOT NULL,
	"candidate_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"state" text NOT NULL,
	"score" integer NOT NULL,
	"decision_band" text NOT NULL,
	"confidence" integer NOT NULL,
	"receipt" jsonb NOT NULL,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "candidate_version_tenant_id_candidate_id_version_pk" PRIMARY KEY("tenant_id","candidate_id","version")
);
--> statement-breakpoint
CREATE TABLE "suppression" (
	"tenant_id" integer NOT NULL,
	"suppression_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"type" text NOT NULL,
	"subject" text NOT NULL,
	"review_id" bigint NOT NULL,
	"reason" text NOT NULL,
	"from_at" timestamp(6) with time zone NOT NULL,
	"until_at" timestamp(6) with time zone NOT NULL,
	"max_severity" smallint NOT NULL,
	"max_peak" integer,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "suppression_tenant_id_suppression_id_pk" PRIMARY KEY("tenant_id","suppression_id")
);
--> statement-breakpoint
CREATE TABLE "change" (
	"tenant_id" integer NOT NULL,
	"change_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"description" text,
	"author" text NOT NULL,
	"asset_id" bigint,
	"service_group" text,
	"start_at" timestamp(6) with time zone NOT NULL,
	"end_at" timestamp(6) with time zone,
	"metadata" jsonb,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "change_tenant_id_change_id_pk" PRIMARY KEY("tenant_id","change_id")
);
--> statement-breakpoint
CREATE TABLE "correlation_group" (
	"tenant_id" integer NOT NULL,
	"group_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"identity" text NOT NULL,
	"group_type" text NOT NULL,
	"start_at" timestamp(6) with time zone NOT NULL,
	"end_at" timestamp(6) with time zone NOT NULL,
	"entity" text,
	"severity" smallint NOT NULL,
	"event_count" integer NOT NULL,
	"metadata" jsonb,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "correlation_group_tenant_id_group_id_pk" PRIMARY KEY("tenant_id","group_id")
);
--> statement-breakpoint
CREATE TABLE "episode" (
	"tenant_id" integer NOT NULL,
	"signature_id" bigint NOT NULL,
	"asset_id" bigint NOT NULL,
	"start_at" timestamp(6) with time zone NOT NULL,
	"end_at" timestamp(6) with time zone NOT NULL,
	"event_count" bigint NOT NULL,
	"sourced" bigint NOT NULL,
	"worst" smallint NOT NULL,
	CONSTRAINT "episode_tenant_id_signature_id_asset_id_start_at_pk" PRIMARY KEY("tenant_id","signature_id","asset_id","start_at")
);
--> statement-breakpoint
CREATE TABLE "group_asset" (
	"tenant_id" integer NOT NULL,
	"group_id" bigint NOT NULL,
	"asset_id" bigint NOT NULL,
	CONSTRAINT "group_asset_tenant_id_group_id_asset_id_pk" PRIMARY KEY("tenant_id","group_id","asset_id")
);
--> statement-breakpoint
CREATE TABLE "group_signal" (
	"tenant_id" integer NOT NULL,
	"group_id" bigint NOT NULL,
	"signal_id" bigint NOT NULL,
	CONSTRAINT "group_signal_tenant_id_group_id_signal_id_pk" PRIMARY KEY("tenant_id","group_id","signal_id")
);
--> statement-breakpoint
CREATE TABLE "group_signature" (
	"tenant_id" integer NOT NULL,
	"group_id" bigint NOT NULL,
	"signature_id" bigint NOT NULL,
	CONSTRAINT "group_signature_tenant_id_group_id_signature_id_pk" PRIMARY KEY("tenant_id","group_id","signature_id")
);
--> statement-breakpoint
CREATE TABLE "signal" (
	"tenant_id" integer NOT NULL,
	"signal_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"identity" text NOT NULL,
	"kind" text NOT NULL,
	"source_id" bigint,
	"label" text NOT NULL,
	"score" double precision NOT NULL,
	"severity" smallint NOT NULL,
	"event_id" uuid,
	"event_ts" timestamp(6) with time zone,
	"signature_id" bigint,
	"asset_id" bigint,
	"entity" text,
	"text" text NOT NULL,
	"observed_at" timestamp(6) with time zone NOT NULL,
	"ended_at" timestamp(6) with time zone,
	"detected_at" timestamp(6) with time zone NOT NULL,
	"baseline" double precision,
	"observed" double precision,
	"recurring" boolean DEFAULT false NOT NULL,
	"acknowledged" boolean DEFAULT false NOT NULL,
	"acknowledged_at" timestamp(6) with time zone,
	"acknowledged_by" text,
	"notes" text,
	CONSTRAINT "signal_tenant_id_signal_id_pk" PRIMARY KEY("tenant_id","signal_id")
);
--> statement-breakpoint
CREATE TABLE "event" (
	"tenant_id" integer NOT NULL,
	"event_id" uuid NOT NULL,
	"ts" timestamp(6) with time zone NOT NULL,
	"origin_id" bigint NOT NULL,
	"batch_id" bigint NOT NULL,
	"signature_id" bigint NOT NULL,
	"asset_id" bigint,
	"severity" smallint NOT NULL,
	"facility" smallint,
	"flags" smallint DEFAULT 0 NOT NULL,
	"message_raw" text NOT NULL,
	"attrs" jsonb,
	CONSTRAINT "event_tenant_id_ts_event_id_pk" PRIMARY KEY("tenant_id","ts","event_id")
) PARTITION BY RANGE ("ts");
--> statement-breakpoint
CREATE TABLE "event_key" (
	"tenant_id" integer NOT NULL,
	"source_id" bigint NOT NULL,
	"key" text NOT NULL,
	"event_id" uuid NOT NULL,
	"ts" timestamp(6) with time zone NOT NULL,
	CONSTRAINT "event_key_tenant_id_source_id_key_pk" PRIMARY KEY("tenant_id","source_id","key")
);
--> statement-breakpoint
CREATE TABLE "feature_bucket" (
	"tenant_id" integer NOT NULL,
	"asset_id" bigint NOT NULL,
	"signature_id" bigint NOT NULL,
	"minute" integer NOT NULL,
	"n" integer NOT NULL,
	"sourced" integer NOT NULL,
	"worst" smallint NOT NULL,
	"first_us" bigint NOT NULL,
	"last_us" bigint NOT NULL,
	CONSTRAINT "feature_bucket_tenant_id_signature_id_asset_id_minute_pk" PRIMARY KEY("tenant_id","signature_id","asset_id","minute")
);
--> statement-breakpoint
CREATE TABLE "candidate_lesson" (
	"tenant_id" integer NOT NULL,
	"candidate_id" bigint NOT NULL,
	"lesson_id" bigint NOT NULL,
	CONSTRAINT "candidate_lesson_tenant_id_candidate_id_lesson_id_pk" PRIMARY KEY("tenant_id","candidate_id","lesson_id")
);
--> statement-breakpoint
CREATE TABLE "hint_incident" (
	"tenant_id" integer NOT NULL,
	"hint_id" bigint NOT NULL,
	"incident_id" bigint NOT NULL,
	CONSTRAINT "hint_incident_tenant_id_hint_id_incident_id_pk" PRIMARY KEY("tenant_id","hint_id","incident_id")
);
--> statement-breakpoint
CREATE TABLE "hint_outcome" (
	"tenant_id" integer NOT NULL,
	"outcome_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"hint_id" bigint NOT NULL,
	"outcome" text NOT NULL,
	"incident_id" bigint,
	"notes" text,
	"reporter" text NOT NULL,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "hint_outcome_tenant_id_outcome_id_pk" PRIMARY KEY("tenant_id","outcome_id")
);
--> statement-breakpoint
CREATE TABLE "hint_signature" (
	"tenant_id" integer NOT NULL,
	"hint_id" bigint NOT NULL,
	"signature_id" bigint NOT NULL,
	CONSTRAINT "hint_signature_tenant_id_hint_id_signature_id_pk" PRIMARY KEY("tenant_id","hint_id","signature_id")
);
--> statement-breakpoint
CREATE TABLE "incident" (
	"tenant_id" integer NOT NULL,
	"incident_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"incident_type" text NOT NULL,
	"first_observed_at" timestamp(6) with time zone NOT NULL,
	"last_observed_at" timestamp(6) with time zone NOT NULL,
	"recurrence_count" integer NOT NULL,
	"impact_level" text NOT NULL,
	"confidence" integer NOT NULL,
	"status" text DEFAULT 'ACTIVE' NOT NULL,
	"merged_into_id" bigint,
	"metadata" jsonb,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "incident_tenant_id_incident_id_pk" PRIMARY KEY("tenant_id","incident_id")
);
--> statement-breakpoint
CREATE TABLE "incident_asset" (
	"tenant_id" integer NOT NULL,
	"incident_id" bigint NOT NULL,
	"asset_id" bigint NOT NULL,
	CONSTRAINT "incident_asset_tenant_id_incident_id_asset_id_pk" PRIMARY KEY("tenant_id","incident_id","asset_id")
);
--> statement-breakpoint
CREATE TABLE "incident_candidate" (
	"tenant_id" integer NOT NULL,
	"incident_id" bigint NOT NULL,
	"candidate_id" bigint NOT NULL,
	CONSTRAINT "incident_candidate_tenant_id_incident_id_candidate_id_pk" PRIMARY KEY("tenant_id","incident_id","candidate_id")
);
--> statement-breakpoint
CREATE TABLE "incident_event" (
	"tenant_id" integer NOT NULL,
	"incident_id" bigint NOT NULL,
	"event_ts" timestamp(6) with time zone NOT NULL,
	"event_id" uuid NOT NULL,
	"message_raw" text NOT NULL,
	CONSTRAINT "incident_event_tenant_id_incident_id_event_ts_event_id_pk" PRIMARY KEY("tenant_id","incident_id","event_ts","event_id")
);
--> statement-breakpoint
CREATE TABLE "incident_lesson" (
	"tenant_id" integer NOT NULL,
	"incident_id" bigint NOT NULL,
	"lesson_id" bigint NOT NULL,
	CONSTRAINT "incident_lesson_tenant_id_incident_id_lesson_id_pk" PRIMARY KEY("tenant_id","incident_id","lesson_id")
);
--> statement-breakpoint
CREATE TABLE "incident_signature" (
	"tenant_id" integer NOT NULL,
	"incident_id" bigint NOT NULL,
	"signature_id" bigint NOT NULL,
	CONSTRAINT "incident_signature_tenant_id_incident_id_signature_id_pk" PRIMARY KEY("tenant_id","incident_id","signature_id")
);
--> statement-breakpoint
CREATE TABLE "lesson" (
	"tenant_id" integer NOT NULL,
	"lesson_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"recommendation" text NOT NULL,
	"confidence" integer NOT NULL,
	"metadata" jsonb,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "lesson_tenant_id_lesson_id_pk" PRIMARY KEY("tenant_id","lesson_id")
);
--> statement-breakpoint
CREATE TABLE "runbook_hint" (
	"tenant_id" integer NOT NULL,
	"hint_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"title" text NOT NULL,
	"hint_text" text NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"confidence" integer NOT NULL,
	"shown_count" integer DEFAULT 0 NOT NULL,
	"worked_count" integer DEFAULT 0 NOT NULL,
	"failed_count" integer DEFAULT 0 NOT NULL,
	"metadata" jsonb,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "runbook_hint_tenant_id_hint_id_pk" PRIMARY KEY("tenant_id","hint_id")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"tenant_id" integer NOT NULL,
	"seq" bigint NOT NULL,
	"topic" text NOT NULL,
	"subject_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp(6) with time zone NOT NULL,
	CONSTRAINT "outbox_tenant_id_seq_pk" PRIMARY KEY("tenant_id","seq")
);
--> statement-breakpoint
CREATE TABLE "provenance_link" (
	"tenant_id" integer NOT NULL,
	"link_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"source_type" text NOT NULL,
	"source_key" text NOT NULL,
	"target_type" text NOT NULL,
	"target_key" text NOT NULL,
	"link_type" text NOT NULL,
	"metadata" jsonb,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "provenance_link_tenant_id_link_id_pk" PRIMARY KEY("tenant_id","link_id")
);
--> statement-breakpoint
CREATE TABLE "review" (
	"tenant_id" integer NOT NULL,
	"review_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"candidate_id" bigint,
	"incident_id" bigint,
	"lesson_id" bigint,
	"candidate_type" text,
	"signature_id" bigint,
	"decision" text NOT NULL,
	"notes" text,
	"reviewer" text NOT NULL,
	"score_before" integer,
	"score_after" integer,
	"band_before" text,
	"band_after" text,
	"reviewed_at" timestamp(6) with time zone NOT NULL,
	CONSTRAINT "review_tenant_id_review_id_pk" PRIMARY KEY("tenant_id","review_id")
);
--> statement-breakpoint
CREATE TABLE "signature" (
	"tenant_id" integer NOT NULL,
	"signature_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"scope" text DEFAULT 'TENANT' NOT NULL,
	"key" text NOT NULL,
	"version" smallint NOT NULL,
	"service" text DEFAULT '' NOT NULL,
	"event_family" text NOT NULL,
	"pattern" text NOT NULL,
	"example_message" text NOT NULL,
	"pair_key" text,
	"pair_role" text,
	"first_seen_at" timestamp(6) with time zone NOT NULL,
	"last_seen_at" timestamp(6) with time zone NOT NULL,
	"occurrence_count" bigint DEFAULT 0 NOT NULL,
	"worst_severity" smallint NOT NULL,
	"score" integer DEFAULT 0 NOT NULL,
	"merged_into_id" bigint,
	"metadata" jsonb,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "signature_tenant_id_signature_id_pk" PRIMARY KEY("tenant_id","signature_id")
);
--> statement-breakpoint
CREATE TABLE "signature_alias" (
	"tenant_id" integer NOT NULL,
	"alias_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"key" text NOT NULL,
	"to_key" text NOT NULL,
	"reason" text NOT NULL,
	"undone" boolean DEFAULT false NOT NULL,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "signature_alias_tenant_id_alias_id_pk" PRIMARY KEY("tenant_id","alias_id")
);
--> statement-breakpoint
CREATE TABLE "signature_constraint" (
	"tenant_id" integer NOT NULL,
	"constraint_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"other_key" text NOT NULL,
	"detail" jsonb,
	"author" text NOT NULL,
	"undone_at" timestamp(6) with time zone,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "signature_constraint_tenant_id_constraint_id_pk" PRIMARY KEY("tenant_id","constraint_id")
);
--> statement-breakpoint
CREATE TABLE "signature_form" (
	"tenant_id" integer NOT NULL,
	"key" text NOT NULL,
	"content_key" text NOT NULL,
	"signature_id" bigint NOT NULL,
	"partition" text NOT NULL,
	"example" text NOT NULL,
	"first_seen_at" timestamp(6) with time zone NOT NULL,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "signature_form_tenant_id_key_pk" PRIMARY KEY("tenant_id","key")
);
--> statement-breakpoint
CREATE TABLE "ingest_batch" (
	"tenant_id" integer NOT NULL,
	"batch_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"key" text NOT NULL,
	"source_id" bigint NOT NULL,
	"content_hash" text NOT NULL,
	"input_count" integer NOT NULL,
	"n" integer NOT NULL,
	"min_ts" timestamp(6) with time zone,
	"max_ts" timestamp(6) with time zone,
	"reference_at" timestamp(6) with time zone NOT NULL,
	"received_at" timestamp(6) with time zone NOT NULL,
	"stored_at" timestamp(6) with time zone NOT NULL,
	"folded" boolean DEFAULT false NOT NULL,
	CONSTRAINT "ingest_batch_tenant_id_key_pk" PRIMARY KEY("tenant_id","key")
);
--> statement-breakpoint
CREATE TABLE "origin" (
	"tenant_id" integer NOT NULL,
	"origin_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"source_id" bigint NOT NULL,
	"source_type" text NOT NULL,
	"source_path" text DEFAULT '' NOT NULL,
	"host" text DEFAULT '' NOT NULL,
	"service" text DEFAULT '' NOT NULL,
	CONSTRAINT "origin_tenant_id_origin_id_pk" PRIMARY KEY("tenant_id","origin_id")
);
--> statement-breakpoint
CREATE TABLE "rejected_input" (
	"tenant_id" integer NOT NULL,
	"rejected_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"source_id" bigint,
	"batch_key" text,
	"index" integer,
	"code" text NOT NULL,
	"reason" text NOT NULL,
	"payload" text NOT NULL,
	"payload_bytes" "bytea",
	"request" jsonb NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"received_at" timestamp(6) with time zone NOT NULL,
	"replayed_at" timestamp(6) with time zone,
	CONSTRAINT "rejected_input_tenant_id_rejected_id_pk" PRIMARY KEY("tenant_id","rejected_id")
);
--> statement-breakpoint
CREATE TABLE "source" (
	"tenant_id" integer NOT NULL,
	"source_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"name" text NOT NULL,
	"connector" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"rejected" bigint DEFAULT 0 NOT NULL,
	"last_event_at" timestamp(6) with time zone,
	"last_received_at" timestamp(6) with time zone,
	"last_error" text,
	"last_error_at" timestamp(6) with time zone,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "source_tenant_id_source_id_pk" PRIMARY KEY("tenant_id","source_id")
);
--> statement-breakpoint
CREATE TABLE "tenant" (
	"tenant_id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tenant_tenant_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"environment_type" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"metadata" jsonb,
	"share_signatures" boolean DEFAULT false NOT NULL,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "asset_hostname_key" ON "asset" USING btree ("tenant_id","hostname");--> statement-breakpoint
CREATE INDEX "candidate_subject_idx" ON "candidate" USING btree ("tenant_id","type","subject","first_seen_at");--> statement-breakpoint
CREATE INDEX "candidate_score_idx" ON "candidate" USING btree ("tenant_id","score","candidate_id");--> statement-breakpoint
CREATE INDEX "candidate_last_seen_idx" ON "candidate" USING btree ("tenant_id","last_seen_at","candidate_id");--> statement-breakpoint
CREATE INDEX "candidate_created_idx" ON "candidate" USING btree ("tenant_id","created_at","candidate_id");--> statement-breakpoint
CREATE INDEX "candidate_asset_asset_idx" ON "candidate_asset" USING btree ("tenant_id","asset_id","candidate_id");--> statement-breakpoint
CREATE INDEX "candidate_event_event_idx" ON "candidate_event" USING btree ("tenant_id","event_id");--> statement-breakpoint
CREATE INDEX "candidate_group_group_idx" ON "candidate_group" USING btree ("tenant_id","group_id");--> statement-breakpoint
CREATE INDEX "candidate_signature_signature_idx" ON "candidate_signature" USING btree ("tenant_id","signature_id","candidate_id");--> statement-breakpoint
CREATE INDEX "suppression_subject_idx" ON "suppression" USING btree ("tenant_id","type","subject","until_at");--> statement-breakpoint
CREATE INDEX "change_start_idx" ON "change" USING btree ("tenant_id","start_at","change_id");--> statement-breakpoint
CREATE UNIQUE INDEX "correlation_group_identity_key" ON "correlation_group" USING btree ("tenant_id","identity");--> statement-breakpoint
CREATE INDEX "correlation_group_start_idx" ON "correlation_group" USING btree ("tenant_id","start_at","group_id");--> statement-breakpoint
CREATE INDEX "episode_start_idx" ON "episode" USING btree ("tenant_id","start_at");--> statement-breakpoint
CREATE INDEX "group_asset_asset_idx" ON "group_asset" USING btree ("tenant_id","asset_id");--> statement-breakpoint
CREATE INDEX "group_signal_signal_idx" ON "group_signal" USING btree ("tenant_id","signal_id");--> statement-breakpoint
CREATE INDEX "group_signature_signature_idx" ON "group_signature" USING btree ("tenant_id","signature_id");--> statement-breakpoint
CREATE UNIQUE INDEX "signal_identity_key" ON "signal" USING btree ("tenant_id","identity");--> statement-breakpoint
CREATE INDEX "signal_observed_idx" ON "signal" USING btree ("tenant_id","observed_at","signal_id");--> statement-breakpoint
CREATE INDEX "signal_signature_idx" ON "signal" USING btree ("tenant_id","signature_id","asset_id","observed_at");--> statement-breakpoint
CREATE INDEX "signal_event_idx" ON "signal" USING btree ("tenant_id","event_id");--> statement-breakpoint
CREATE INDEX "event_signature_idx" ON "event" USING btree ("tenant_id","signature_id","ts");--> statement-breakpoint
CREATE INDEX "feature_bucket_asset_idx" ON "feature_bucket" USING btree ("tenant_id","asset_id","minute");--> statement-breakpoint
CREATE INDEX "candidate_lesson_lesson_idx" ON "candidate_lesson" USING btree ("tenant_id","lesson_id","candidate_id");--> statement-breakpoint
CREATE INDEX "hint_incident_incident_idx" ON "hint_incident" USING btree ("tenant_id","incident_id","hint_id");--> statement-breakpoint
CREATE UNIQUE INDEX "hint_outcome_hint_key" ON "hint_outcome" USING btree ("tenant_id","hint_id","outcome_id");--> statement-breakpoint
CREATE INDEX "hint_signature_signature_idx" ON "hint_signature" USING btree ("tenant_id","signature_id","hint_id");--> statement-breakpoint
CREATE INDEX "incident_last_observed_idx" ON "incident" USING btree ("tenant_id","last_observed_at","incident_id");--> statement-breakpoint
CREATE INDEX "incident_candidate_candidate_idx" ON "incident_candidate" USING btree ("tenant_id","candidate_id","incident_id");--> statement-breakpoint
CREATE INDEX "incident_lesson_lesson_idx" ON "incident_lesson" USING btree ("tenant_id","lesson_id","incident_id");--> statement-breakpoint
CREATE INDEX "incident_signature_signature_idx" ON "incident_signature" USING btree ("tenant_id","signature_id","incident_id");--> statement-breakpoint
CREATE INDEX "lesson_updated_idx" ON "lesson" USING btree ("tenant_id","updated_at","lesson_id");--> statement-breakpoint
CREATE INDEX "runbook_hint_priority_idx" ON "runbook_hint" USING btree ("tenant_id","priority","hint_id");--> statement-breakpoint
CREATE UNIQUE INDEX "provenance_link_key" ON "provenance_link" USING btree ("tenant_id","source_type","source_key","target_type","target_key","link_type");--> statement-breakpoint
CREATE INDEX "provenance_link_target_idx" ON "provenance_link" USING btree ("tenant_id","target_type","target_key");--> statement-breakpoint
CREATE INDEX "review_candidate_idx" ON "review" USING btree ("tenant_id","candidate_id","reviewed_at");--> statement-breakpoint
CREATE INDEX "review_incident_idx" ON "review" USING btree ("tenant_id","incident_id","reviewed_at");--> statement-breakpoint
CREATE INDEX "review_lesson_idx" ON "review" USING btree ("tenant_id","lesson_id","reviewed_at");--> statement-breakpoint
CREATE INDEX "review_feedback_idx" ON "review" USING btree ("tenant_id","signature_id","candidate_type");--> statement-breakpoint
CREATE UNIQUE INDEX "signature_key_key" ON "signature" USING btree ("tenant_id","key");--> statement-breakpoint
CREATE INDEX "signature_pair_idx" ON "signature" USING btree ("tenant_id","pair_key");--> statement-breakpoint
CREATE INDEX "signature_last_seen_idx" ON "signature" USING btree ("tenant_id","last_seen_at","signature_id");--> statement-breakpoint
CREATE INDEX "signature_first_seen_idx" ON "signature" USING btree ("tenant_id","first_seen_at","signature_id");--> statement-breakpoint
CREATE INDEX "signature_occurrences_idx" ON "signature" USING btree ("tenant_id","occurrence_count","signature_id");--> statement-breakpoint
CREATE INDEX "signature_score_idx" ON "signature" USING btree ("tenant_id","score","signature_id");--> statement-breakpoint
CREATE INDEX "signature_alias_key_idx" ON "signature_alias" USING btree ("tenant_id","key");--> statement-breakpoint
CREATE INDEX "signature_constraint_key_idx" ON "signature_constraint" USING btree ("tenant_id","key");--> statement-breakpoint
CREATE INDEX "signature_form_content_idx" ON "signature_form" USING btree ("tenant_id","content_key");--> statement-breakpoint
CREATE INDEX "signature_form_signature_idx" ON "signature_form" USING btree ("tenant_id","signature_id");--> statement-breakpoint
CREATE INDEX "signature_form_created_idx" ON "signature_form" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "ingest_batch_id_key" ON "ingest_batch" USING btree ("tenant_id","batch_id");--> statement-breakpoint
CREATE INDEX "ingest_batch_unfolded_idx" ON "ingest_batch" USING btree ("tenant_id","batch_id") WHERE not folded;--> statement-breakpoint
CREATE UNIQUE INDEX "origin_content_key" ON "origin" USING btree ("tenant_id","source_id","source_type","source_path","host","service");--> statement-breakpoint
CREATE INDEX "origin_host_idx" ON "origin" USING btree ("tenant_id","host");--> statement-breakpoint
CREATE INDEX "origin_service_idx" ON "origin" USING btree ("tenant_id","service");--> statement-breakpoint
CREATE UNIQUE INDEX "rejected_input_batch_key" ON "rejected_input" USING btree ("tenant_id","batch_key","index");--> statement-breakpoint
CREATE INDEX "rejected_input_received_idx" ON "rejected_input" USING btree ("tenant_id","received_at","rejected_id");--> statement-breakpoint
CREATE UNIQUE INDEX "source_name_key" ON "source" USING btree ("tenant_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "tenant_slug_key" ON "tenant" USING btree ("slug");