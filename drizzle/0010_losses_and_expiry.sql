CREATE TABLE "source_gap" (
	"tenant_id" integer NOT NULL,
	"gap_id" bigint DEFAULT nextval('mnemograph_id_seq') NOT NULL,
	"source_id" bigint NOT NULL,
	"from_at" timestamp(6) with time zone NOT NULL,
	"to_at" timestamp(6) with time zone NOT NULL,
	"lost" bigint NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "source_gap_tenant_id_gap_id_pk" PRIMARY KEY("tenant_id","gap_id")
);
--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "events_from" timestamp(6) with time zone;--> statement-breakpoint
CREATE INDEX "source_gap_source_idx" ON "source_gap" USING btree ("tenant_id","source_id","to_at");