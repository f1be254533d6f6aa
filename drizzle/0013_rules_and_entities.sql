CREATE TABLE "entity_bucket" (
	"tenant_id" integer NOT NULL,
	"entity_kind" text NOT NULL,
	"entity" text NOT NULL,
	"minute" integer NOT NULL,
	"n" integer NOT NULL,
	"errors" integer NOT NULL,
	"auth_failures" integer NOT NULL,
	CONSTRAINT "entity_bucket_tenant_id_entity_kind_entity_minute_pk" PRIMARY KEY("tenant_id","entity_kind","entity","minute")
);
--> statement-breakpoint
CREATE TABLE "rule" (
	"tenant_id" integer NOT NULL,
	"rule_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"expression" text NOT NULL,
	"severity" smallint,
	"count" integer NOT NULL,
	"window_minutes" integer NOT NULL,
	"per" text[] NOT NULL,
	"position" integer NOT NULL,
	"enabled" boolean NOT NULL,
	"last_error" text,
	"last_error_at" timestamp(6) with time zone,
	"created_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "rule_tenant_id_rule_id_pk" PRIMARY KEY("tenant_id","rule_id")
);
--> statement-breakpoint
CREATE TABLE "rule_book" (
	"tenant_id" integer PRIMARY KEY NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rule_bucket" (
	"tenant_id" integer NOT NULL,
	"rule_id" bigint NOT NULL,
	"entity_kind" text NOT NULL,
	"entity" text NOT NULL,
	"minute" integer NOT NULL,
	"signature_id" bigint NOT NULL,
	"asset_id" bigint NOT NULL,
	"n" integer NOT NULL,
	"worst" smallint NOT NULL,
	"first_us" bigint NOT NULL,
	"last_us" bigint NOT NULL,
	CONSTRAINT "rule_bucket_tenant_id_rule_id_entity_kind_entity_minute_signature_id_asset_id_pk" PRIMARY KEY("tenant_id","rule_id","entity_kind","entity","minute","signature_id","asset_id")
);
--> statement-breakpoint
CREATE INDEX "entity_bucket_minute_idx" ON "entity_bucket" USING btree ("tenant_id","entity_kind","minute");--> statement-breakpoint
CREATE UNIQUE INDEX "rule_name_key" ON "rule" USING btree ("tenant_id","name");--> statement-breakpoint
CREATE INDEX "rule_position_idx" ON "rule" USING btree ("tenant_id","position","rule_id");--> statement-breakpoint
CREATE INDEX "signal_entity_idx" ON "signal" USING btree ("tenant_id","entity_kind","entity","observed_at");