CREATE TABLE "event_clock" (
	"tenant_id" integer PRIMARY KEY NOT NULL,
	"first_minute" integer NOT NULL,
	"now_minute" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "heartbeat" (
	"tenant_id" integer NOT NULL,
	"asset_id" bigint NOT NULL,
	"steady_minute" integer NOT NULL,
	"last_minute" integer NOT NULL,
	"due_minute" integer,
	CONSTRAINT "heartbeat_tenant_id_asset_id_pk" PRIMARY KEY("tenant_id","asset_id")
);
--> statement-breakpoint
ALTER TABLE "signal" ADD COLUMN "entity_kind" text;--> statement-breakpoint
CREATE INDEX "heartbeat_due_idx" ON "heartbeat" USING btree ("tenant_id","due_minute") WHERE "heartbeat"."due_minute" is not null;--> statement-breakpoint
CREATE INDEX "signal_asset_idx" ON "signal" USING btree ("tenant_id","asset_id","observed_at");--> statement-breakpoint
INSERT INTO "event_clock" ("tenant_id", "first_minute", "now_minute") SELECT "tenant_id", min("minute"), max("minute") FROM "feature_bucket" WHERE "signature_id" = 0 GROUP BY "tenant_id";--> statement-breakpoint
INSERT INTO "heartbeat" ("tenant_id", "asset_id", "steady_minute", "last_minute", "due_minute") SELECT "tenant_id", "asset_id", max("minute"), max("minute"), max("minute") + 10 FROM "feature_bucket" WHERE "signature_id" = 0 AND "asset_id" <> 0 GROUP BY "tenant_id", "asset_id";