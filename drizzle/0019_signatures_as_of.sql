CREATE TABLE "event_resigned" (
	"tenant_id" integer NOT NULL,
	"event_ts" timestamp(6) with time zone NOT NULL,
	"event_id" uuid NOT NULL,
	"resigned_at" timestamp(6) with time zone NOT NULL,
	"from_id" bigint NOT NULL,
	"to_id" bigint NOT NULL,
	CONSTRAINT "event_resigned_tenant_id_event_ts_event_id_resigned_at_pk" PRIMARY KEY("tenant_id","event_ts","event_id","resigned_at")
);
--> statement-breakpoint
CREATE INDEX "event_resigned_at_idx" ON "event_resigned" USING btree ("tenant_id","resigned_at");--> statement-breakpoint
CREATE INDEX "signature_alias_to_idx" ON "signature_alias" USING btree ("tenant_id","to_key");--> statement-breakpoint
INSERT INTO "memory_version" ("tenant_id","relation","owner_id","other_id","known_from","content") SELECT r."tenant_id", 'signature_rule', f."signature_id", 0, max(coalesce(p."created_at", f."created_at")), jsonb_build_object('rules', jsonb_agg(to_jsonb(r) ORDER BY r."key", r."position")) FROM "signature_rule" r JOIN "signature_form" f ON f."tenant_id" = r."tenant_id" AND f."key" = r."form_key" LEFT JOIN "signature_form" p ON p."tenant_id" = r."tenant_id" AND p."key" = r."part_key" GROUP BY r."tenant_id", f."signature_id";
--> statement-breakpoint
UPDATE "signature_alias" a SET "undone" = true, "undone_at" = l."at" FROM (SELECT s."tenant_id", s."alias_id", min(l."created_at") AS "at" FROM "signature_alias" s JOIN "signature_alias" l ON l."tenant_id" = s."tenant_id" AND NOT l."undone" AND l."created_at" > s."created_at" AND (l."key" = s."key" OR l."to_key" = s."key" AND l."key" = s."to_key") WHERE NOT s."undone" GROUP BY s."tenant_id", s."alias_id") l WHERE a."tenant_id" = l."tenant_id" AND a."alias_id" = l."alias_id";
