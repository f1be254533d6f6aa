// Which signatures a candidate has changes only where signatures are joined or part: until then it was always so, from
// then on each row has versions.

/** CTEs after `gone (candidate_id, from_id, to_id)`, the rows of `candidate_signature` that move; `$1` is the tenant. */
export const KEEP_MOVED_CANDIDATES = `, ended as (
    update memory_version v set known_until = clock_timestamp() from gone
     where v.tenant_id = $1 and v.relation = 'candidate_signature' and v.owner_id = gone.candidate_id
       and v.other_id = gone.from_id and v.known_until is null
    returning v.owner_id, v.other_id),
  begun as (
    insert into memory_version (tenant_id, relation, owner_id, other_id, known_from, known_until, content)
    select $1, 'candidate_signature', k.candidate_id, k.signature_id, k.known_from, k.known_until,
           jsonb_build_object('candidate_id', k.candidate_id, 'signature_id', k.signature_id)
      from (select g.candidate_id, g.from_id as signature_id, c.created_at as known_from, clock_timestamp() as known_until
              from gone g join candidate c on c.tenant_id = $1 and c.candidate_id = g.candidate_id
             where not exists (select 1 from memory_version v
                                where v.tenant_id = $1 and v.relation = 'candidate_signature' and v.owner_id = g.candidate_id
                                  and v.other_id = g.from_id and v.known_until is null)
            union all
            select distinct g.candidate_id, g.to_id, clock_timestamp(), null::timestamptz from gone g
             where not exists (select 1 from candidate_signature x
                                where x.tenant_id = $1 and x.candidate_id = g.candidate_id and x.signature_id = g.to_id)) k
    on conflict do nothing)`;
