ALTER TABLE "candidate" ADD COLUMN "portable_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "hint_outcome" ADD COLUMN "portable_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "incident" ADD COLUMN "portable_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "lesson" ADD COLUMN "portable_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "runbook_hint" ADD COLUMN "portable_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "review" ADD COLUMN "portable_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "candidate_portable_key" ON "candidate" USING btree ("tenant_id","portable_id");--> statement-breakpoint
CREATE UNIQUE INDEX "hint_outcome_portable_key" ON "hint_outcome" USING btree ("tenant_id","portable_id");--> statement-breakpoint
CREATE UNIQUE INDEX "incident_portable_key" ON "incident" USING btree ("tenant_id","portable_id");--> statement-breakpoint
CREATE UNIQUE INDEX "lesson_portable_key" ON "lesson" USING btree ("tenant_id","portable_id");--> statement-breakpoint
CREATE UNIQUE INDEX "runbook_hint_portable_key" ON "runbook_hint" USING btree ("tenant_id","portable_id");--> statement-breakpoint
CREATE UNIQUE INDEX "review_portable_key" ON "review" USING btree ("tenant_id","portable_id");