CREATE SEQUENCE "public"."mnemograph_learnt_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
ALTER TABLE "signature_form" ADD COLUMN "first_counted_at" timestamp(6) with time zone;--> statement-breakpoint
ALTER TABLE "signature_form" ADD COLUMN "learnt_seq" bigint;--> statement-breakpoint
CREATE INDEX "event_asset_idx" ON "event" USING btree ("tenant_id","asset_id","ts");--> statement-breakpoint
CREATE INDEX "signature_merged_into_idx" ON "signature" USING btree ("tenant_id","merged_into_id") WHERE "signature"."merged_into_id" is not null;--> statement-breakpoint
CREATE INDEX "signature_form_learnt_idx" ON "signature_form" USING btree ("tenant_id","partition","learnt_seq");--> statement-breakpoint
UPDATE "signature_form" f SET "first_counted_at" = s."first_seen_at", "example" = s."example_message", "learnt_seq" = nextval('mnemograph_learnt_seq') FROM "signature" s WHERE s."tenant_id" = f."tenant_id" AND s."signature_id" = f."signature_id" AND s."occurrence_count" > 0;