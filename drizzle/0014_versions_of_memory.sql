CREATE TABLE "memory_version" (
	"tenant_id" integer NOT NULL,
	"relation" text NOT NULL,
	"owner_id" bigint NOT NULL,
	"other_id" bigint NOT NULL,
	"known_from" timestamp(6) with time zone NOT NULL,
	"known_until" timestamp(6) with time zone,
	"content" jsonb NOT NULL,
	CONSTRAINT "memory_version_tenant_id_relation_owner_id_other_id_known_from_pk" PRIMARY KEY("tenant_id","relation","owner_id","other_id","known_from")
);
--> statement-breakpoint
ALTER TABLE "candidate_version" ADD COLUMN "content" jsonb;--> statement-breakpoint
CREATE INDEX "memory_version_other_idx" ON "memory_version" USING btree ("tenant_id","relation","other_id");--> statement-breakpoint
CREATE INDEX "incident_updated_idx" ON "incident" USING btree ("tenant_id","updated_at");--> statement-breakpoint
CREATE INDEX "runbook_hint_updated_idx" ON "runbook_hint" USING btree ("tenant_id","updated_at");--> statement-breakpoint
CREATE INDEX "ingest_batch_received_idx" ON "ingest_batch" USING btree ("tenant_id","received_at");--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'incident', r."incident_id", 0, r."created_at", to_jsonb(r) FROM "incident" r;--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'lesson', r."lesson_id", 0, r."created_at", to_jsonb(r) FROM "lesson" r;--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'runbook_hint', r."hint_id", 0, r."created_at", to_jsonb(r) FROM "runbook_hint" r;--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'incident_signature', r."incident_id", r."signature_id", s."created_at", to_jsonb(r) FROM "incident_signature" r JOIN "incident" s ON s."tenant_id" = r."tenant_id" AND s."incident_id" = r."incident_id";--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'incident_candidate', r."incident_id", r."candidate_id", s."created_at", to_jsonb(r) FROM "incident_candidate" r JOIN "incident" s ON s."tenant_id" = r."tenant_id" AND s."incident_id" = r."incident_id";--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'incident_asset', r."incident_id", r."asset_id", s."created_at", to_jsonb(r) FROM "incident_asset" r JOIN "incident" s ON s."tenant_id" = r."tenant_id" AND s."incident_id" = r."incident_id";--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'incident_lesson', r."incident_id", r."lesson_id", s."created_at", to_jsonb(r) FROM "incident_lesson" r JOIN "incident" s ON s."tenant_id" = r."tenant_id" AND s."incident_id" = r."incident_id";--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'candidate_lesson', r."lesson_id", r."candidate_id", s."created_at", to_jsonb(r) FROM "candidate_lesson" r JOIN "lesson" s ON s."tenant_id" = r."tenant_id" AND s."lesson_id" = r."lesson_id";--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'lesson_signature', r."lesson_id", r."signature_id", s."created_at", to_jsonb(r) FROM "lesson_signature" r JOIN "lesson" s ON s."tenant_id" = r."tenant_id" AND s."lesson_id" = r."lesson_id";--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'hint_signature', r."hint_id", r."signature_id", s."created_at", to_jsonb(r) FROM "hint_signature" r JOIN "runbook_hint" s ON s."tenant_id" = r."tenant_id" AND s."hint_id" = r."hint_id";--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'hint_incident', r."hint_id", r."incident_id", s."created_at", to_jsonb(r) FROM "hint_incident" r JOIN "runbook_hint" s ON s."tenant_id" = r."tenant_id" AND s."hint_id" = r."hint_id";
