CREATE TABLE "signature_minute" (
	"tenant_id" integer NOT NULL,
	"signature_id" bigint NOT NULL,
	"minute" integer NOT NULL,
	"n" integer NOT NULL,
	"sourced" integer NOT NULL,
	"worst" smallint NOT NULL,
	"first_us" bigint,
	"last_us" bigint,
	CONSTRAINT "signature_minute_tenant_id_signature_id_minute_pk" PRIMARY KEY("tenant_id","signature_id","minute")
);
--> statement-breakpoint
INSERT INTO "signature_minute" ("tenant_id", "signature_id", "minute", "n", "sourced", "worst", "first_us", "last_us")
SELECT "tenant_id", "signature_id", "minute", coalesce(sum("n") filter (where "asset_id" <> 0), 0),
       coalesce(sum("sourced") filter (where "asset_id" <> 0), 0), coalesce(max("worst") filter (where "asset_id" <> 0), 0),
       min("first_us") filter (where "asset_id" <> 0), max("last_us") filter (where "asset_id" <> 0)
  FROM "feature_bucket" WHERE "signature_id" <> 0 GROUP BY "tenant_id", "signature_id", "minute";
