ALTER TABLE "change" ADD COLUMN "portable_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "lesson_proposal" ADD COLUMN "portable_id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "change_portable_key" ON "change" USING btree ("tenant_id","portable_id");--> statement-breakpoint
CREATE UNIQUE INDEX "lesson_proposal_portable_key" ON "lesson_proposal" USING btree ("tenant_id","portable_id");