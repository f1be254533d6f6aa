CREATE TABLE "slot_asset" (
	"tenant_id" integer NOT NULL,
	"signature_id" bigint NOT NULL,
	"slot" integer NOT NULL,
	"asset_id" bigint NOT NULL,
	CONSTRAINT "slot_asset_tenant_id_signature_id_slot_asset_id_pk" PRIMARY KEY("tenant_id","signature_id","slot","asset_id")
);
--> statement-breakpoint
CREATE TABLE "slot_spread" (
	"tenant_id" integer NOT NULL,
	"signature_id" bigint NOT NULL,
	"slot" integer NOT NULL,
	"assets" integer NOT NULL,
	"usual" integer NOT NULL,
	CONSTRAINT "slot_spread_tenant_id_signature_id_slot_pk" PRIMARY KEY("tenant_id","signature_id","slot")
);
