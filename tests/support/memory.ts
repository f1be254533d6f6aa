// All that a tenant's memory holds of its events, without ids: what two memories must have in common to be alike.
import type { Caller } from '../../src/domain/caller.ts';
import type { Store } from '../../src/store/store.ts';

export const memoryOf = async (store: Store, caller: Caller) => {
  const tenant = caller.tenantId;
  const sql = store.read;
  return {
    signatures:
      await sql`select key, occurrence_count, first_seen_at, last_seen_at, worst_severity, pattern, example_message, score, part
                            from signature where tenant_id = ${tenant} and merged_into_id is null and occurrence_count > 0 order by key`,
    families: await sql`select s.key, r.key as root from signature s
                          join signature r on r.tenant_id = s.tenant_id and r.signature_id = s.merged_into_id
                          join signature_form f on f.tenant_id = s.tenant_id and f.signature_id = s.signature_id
                         where s.tenant_id = ${tenant} and f.first_counted_at is not null order by 1`,
    buckets:
      await sql`select s.key, f.minute, sum(f.n) as n from feature_bucket f join signature s using (tenant_id, signature_id)
                        where f.tenant_id = ${tenant} group by 1, 2 order by 1, 2`,
    entities: await sql`select entity_kind, entity, minute, n, errors, auth_failures from entity_bucket
                         where tenant_id = ${tenant} order by 1, 2, 3`,
    episodes:
      await sql`select s.key, coalesce(a.hostname, '') as host, e.start_at, e.end_at, e.event_count, e.worst
                          from episode e join signature s using (tenant_id, signature_id)
                          left join asset a using (tenant_id, asset_id)
                         where tenant_id = ${tenant} order by 1, 2, 3`,
    signals:
      await sql`select identity, kind, label, score, severity, entity, text, observed_at, ended_at, baseline, observed, recurring
                         from signal where tenant_id = ${tenant} order by identity`,
    candidates:
      await sql`select type, subject, title, summary, explanation, first_seen_at, last_seen_at, score, score_breakdown,
                                 decision_band, confidence, episode_count, event_count, metadata
                            from candidate where tenant_id = ${tenant} and redirected_to_id is null and not withdrawn
                           order by type, subject, first_seen_at`,
  };
};

export type Memory = Awaited<ReturnType<typeof memoryOf>>;
