ALTER TABLE "episode" ADD COLUMN "before_count" bigint;--> statement-breakpoint
ALTER TABLE "episode" ADD COLUMN "before_sourced" bigint;--> statement-breakpoint
ALTER TABLE "episode" ADD COLUMN "before_worst" smallint;--> statement-breakpoint
ALTER TABLE "episode" ADD COLUMN "before_end_at" timestamp(6) with time zone;