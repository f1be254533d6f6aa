CREATE TABLE "candidate_linking" (
	"tenant_id" integer NOT NULL,
	"candidate_id" bigint NOT NULL,
	"made_from" text NOT NULL,
	"full_since" jsonb NOT NULL,
	"spans" jsonb NOT NULL,
	CONSTRAINT "candidate_linking_tenant_id_candidate_id_pk" PRIMARY KEY("tenant_id","candidate_id")
);
