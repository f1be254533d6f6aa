CREATE TABLE "incident_recurrence" (
	"tenant_id" integer NOT NULL,
	"incident_id" bigint NOT NULL,
	"start_at" timestamp(6) with time zone NOT NULL,
	"end_at" timestamp(6) with time zone NOT NULL,
	CONSTRAINT "incident_recurrence_tenant_id_incident_id_start_at_pk" PRIMARY KEY("tenant_id","incident_id","start_at")
);
--> statement-breakpoint
ALTER TABLE "incident" ADD COLUMN "settled_status" text DEFAULT 'ACTIVE' NOT NULL;--> statement-breakpoint
ALTER TABLE "incident" ADD COLUMN "settled_at" timestamp(6) with time zone;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "reason" text;--> statement-breakpoint
CREATE INDEX "incident_recurrence_end_idx" ON "incident_recurrence" USING btree ("tenant_id","incident_id","end_at");--> statement-breakpoint
CREATE INDEX "incident_merged_into_idx" ON "incident" USING btree ("tenant_id","merged_into_id") WHERE "incident"."merged_into_id" is not null;--> statement-breakpoint
UPDATE "incident" SET "settled_status" = "status", "settled_at" = "last_observed_at" WHERE "status" <> 'ACTIVE';--> statement-breakpoint
INSERT INTO "incident_recurrence" ("tenant_id", "incident_id", "start_at", "end_at")
SELECT "tenant_id", "incident_id", min("start_at"), max("end_at")
  FROM (SELECT *, count(*) FILTER (WHERE "quiet_since" IS NULL OR "start_at" >= "quiet_since" + interval '30 minutes')
                    OVER (PARTITION BY "tenant_id", "incident_id" ORDER BY "start_at", "end_at") AS "n"
          FROM (SELECT x."tenant_id", x."incident_id", greatest(e."start_at", i."first_observed_at") AS "start_at", e."end_at",
                       max(e."end_at") OVER (PARTITION BY x."tenant_id", x."incident_id"
                                             ORDER BY greatest(e."start_at", i."first_observed_at"), e."end_at"
                                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS "quiet_since"
                  FROM "incident_signature" x
                  JOIN "signature" s ON s."tenant_id" = x."tenant_id" AND s."signature_id" = x."signature_id"
                  JOIN "incident" i ON i."tenant_id" = x."tenant_id" AND i."incident_id" = x."incident_id"
                  JOIN "episode" e ON e."tenant_id" = x."tenant_id" AND e."signature_id" = x."signature_id"
                 WHERE e."end_at" >= i."first_observed_at"
                   AND (s."pair_role" IS DISTINCT FROM 'RECOVERY' OR NOT EXISTS (
                         SELECT 1 FROM "incident_signature" y
                           JOIN "signature" o ON o."tenant_id" = y."tenant_id" AND o."signature_id" = y."signature_id"
                          WHERE y."tenant_id" = x."tenant_id" AND y."incident_id" = x."incident_id"
                            AND o."pair_role" IS DISTINCT FROM 'RECOVERY'))) "marked") "numbered"
 GROUP BY "tenant_id", "incident_id", "n";--> statement-breakpoint
UPDATE "incident" i SET "recurrence_count" = r."n", "last_observed_at" = greatest(i."last_observed_at", r."last_at")
  FROM (SELECT "tenant_id", "incident_id", count(*)::int AS "n", max("end_at") AS "last_at"
          FROM "incident_recurrence" GROUP BY 1, 2) r
 WHERE i."tenant_id" = r."tenant_id" AND i."incident_id" = r."incident_id";
