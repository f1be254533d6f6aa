// Candidates that memory rests on. One that the memory found by itself is the same as the archive's when type, subject
// and time agree: then it keeps its id here.
import { latest, linkMembers, type MergeContext, type Merged, run, staged } from './merge.ts';

const COLUMNS = `id uuid, type text, subject text, state text, title text, summary text, explanation text,
  "firstSeenAt" timestamptz, "lastSeenAt" timestamptz, score int, "scoreBreakdown" jsonb, "decisionBand" text,
  confidence int, severity smallint, "episodeCount" int, "eventCount" int, metadata jsonb, version int,
  "redirectedTo" uuid, withdrawn boolean, "suppressedUntil" timestamptz, "suppressedReason" text,
  "createdAt" timestamptz, "updatedAt" timestamptz`;

/** A subject names the signature's root by its key. */
const AT_ROOT = `coalesce((select replace(r.subject, s.key, t.key)
    from signature s join signature t on t.tenant_id = $1 and t.signature_id = s.merged_into_id
   where s.tenant_id = $1 and s.key = substring(r.subject from '^sig:([^@]*)')), r.subject)`;

const PLACE = `
  insert into placed_candidate
  select r.id, coalesce(r.own_id, r.same_id, nextval('mnemograph_id_seq')), r.own_id is not null,
         r.own_id is null and r.same_id is not null
    from (select r.id, own.candidate_id as own_id, same.candidate_id as same_id
            from ${latest('candidate', COLUMNS)} r
            left join candidate own on own.tenant_id = $1 and own.portable_id = r.id
            left join lateral (
              select c.candidate_id from candidate c
               where c.tenant_id = $1 and c.type = r.type and c.subject = ${AT_ROOT} and c.redirected_to_id is null
                 and c.first_seen_at <= r."lastSeenAt" and c.last_seen_at >= r."firstSeenAt"
                 and not r.withdrawn and r."redirectedTo" is null
               order by c.withdrawn, c.created_at, c.candidate_id limit 1) same on own.candidate_id is null
           order by r.place) r`;

const ADD = `
  insert into candidate (tenant_id, candidate_id, portable_id, type, subject, state, title, summary, explanation,
                         first_seen_at, last_seen_at, score, score_breakdown, decision_band, confidence, severity,
                         episode_count, event_count, metadata, version, withdrawn, suppressed_until, suppressed_reason,
                         created_at, updated_at)
  select $1, p.candidate_id, r.id, r.type, ${AT_ROOT}, r.state, r.title, r.summary, r.explanation, r."firstSeenAt",
         r."lastSeenAt", r.score, r."scoreBreakdown", r."decisionBand", r.confidence, r.severity, r."episodeCount",
         r."eventCount", nullif(r.metadata, 'null'), r.version, r.withdrawn, r."suppressedUntil", r."suppressedReason",
         r."createdAt", r."updatedAt"
    from ${staged('candidate', COLUMNS)} r join placed_candidate p on p.id = r.id
   where not p.is_own and not p.is_same order by r.place
  on conflict do nothing returning candidate_id as id`;

/** What the newer of the two says of one candidate; what nobody judged here takes the archive's judgement. */
const RENEW = `
  update candidate c set
    state = r.state, suppressed_until = r."suppressedUntil", suppressed_reason = r."suppressedReason",
    title = case when p.is_own then r.title else c.title end,
    summary = case when p.is_own then r.summary else c.summary end,
    explanation = case when p.is_own then r.explanation else c.explanation end,
    first_seen_at = least(c.first_seen_at, r."firstSeenAt"), last_seen_at = greatest(c.last_seen_at, r."lastSeenAt"),
    score = case when p.is_own then r.score else c.score end,
    score_breakdown = case when p.is_own then r."scoreBreakdown" else c.score_breakdown end,
    decision_band = case when p.is_own then r."decisionBand" else c.decision_band end,
    confidence = case when p.is_own then r.confidence else c.confidence end,
    severity = greatest(c.severity, r.severity),
    episode_count = greatest(c.episode_count, r."episodeCount"), event_count = greatest(c.event_count, r."eventCount"),
    version = greatest(c.version, r.version), updated_at = greatest(c.updated_at, r."updatedAt")
   from ${staged('candidate', COLUMNS)} r join placed_candidate p on p.id = r.id
  where c.tenant_id = $1 and c.candidate_id = p.candidate_id
    and ((p.is_own and r."updatedAt" > c.updated_at) or (p.is_same and c.state = 'OPEN' and r.state <> 'OPEN'))
  returning c.candidate_id as id`;

const REDIRECT = `
  update candidate c set redirected_to_id = t.candidate_id
    from ${staged('candidate', 'id uuid, "redirectedTo" uuid')} r
    join placed_candidate p on p.id = r.id
    join candidate t on t.tenant_id = $1 and t.candidate_id = coalesce(
           (select o.candidate_id from placed_candidate o where o.id = r."redirectedTo"),
           (select o.candidate_id from candidate o where o.tenant_id = $1 and o.portable_id = r."redirectedTo"))
   where c.tenant_id = $1 and c.candidate_id = p.candidate_id and c.redirected_to_id is null
     and t.candidate_id <> c.candidate_id`;

const LINKS = [
  linkMembers('candidate', 'signatures', 'candidate_signature', 'candidate_id'),
  linkMembers('candidate', 'hosts', 'candidate_asset', 'candidate_id'),
  `insert into candidate_event (tenant_id, candidate_id, event_ts, event_id)
   select $1, p.candidate_id, e.at, e.id
     from staged g join placed_candidate p on p.id = (g.data ->> 'id')::uuid
    cross join lateral jsonb_to_recordset(g.data -> 'examples') as e(at timestamptz, id uuid)
    where g.kind = 'candidate' on conflict do nothing`,
  `insert into candidate_version (tenant_id, candidate_id, version, state, score, decision_band, confidence, receipt, content,
                                  created_at)
   select $1, p.candidate_id, r.version, r.state, r.score, r."decisionBand", r.confidence, r.receipt, nullif(r.content, 'null'), r."createdAt"
     from ${staged('candidateVersion', 'candidate uuid, version int, state text, score int, "decisionBand" text, confidence int, receipt jsonb, content jsonb, "createdAt" timestamptz')} r
     join placed_candidate p on p.id = r.candidate
    where not p.is_same on conflict do nothing`,
];

export interface MergedCandidates {
  readonly merged: Merged;
  readonly addedIds: readonly string[];
  readonly changedIds: readonly string[];
}

/** Leaves the temporary table `placed_candidate`: which candidate each of the archive's is. */
export async function mergeCandidates(ctx: MergeContext): Promise<MergedCandidates> {
  await ctx.client.query(
    'create temporary table placed_candidate (id uuid primary key, candidate_id bigint, is_own boolean, is_same boolean) on commit drop',
  );
  await run(ctx, PLACE);
  const added = await run<{ id: string }>(ctx, ADD);
  const changed = await run<{ id: string }>(ctx, RENEW);
  await run(ctx, REDIRECT);
  for (const link of LINKS) await run(ctx, link);
  return {
    merged: { added: added.length, changed: changed.length },
    addedIds: added.map((row) => row.id),
    changedIds: changed.map((row) => row.id),
  };
}
