// What hangs on signatures: how much moves when they are joined into others.
import type pg from 'pg';

export interface Stake {
  readonly events: number;
  readonly candidateIds: readonly string[];
  readonly incidentIds: readonly string[];
}

export async function readStake(
  client: pg.ClientBase,
  tenantId: number,
  signatureIds: readonly string[],
): Promise<Stake> {
  const { rows } = await client.query<Stake>(
    `select (select coalesce(sum(s.occurrence_count), 0)::float8 from signature s
              where s.tenant_id = $1 and s.signature_id = any($2::bigint[])) as events,
            array(select distinct x.candidate_id::text from candidate_signature x
                    join candidate c on c.tenant_id = $1 and c.candidate_id = x.candidate_id
                                    and c.redirected_to_id is null and not c.withdrawn
                   where x.tenant_id = $1 and x.signature_id = any($2::bigint[])) as "candidateIds",
            array(select distinct x.incident_id::text from incident_signature x
                   where x.tenant_id = $1 and x.signature_id = any($2::bigint[])) as "incidentIds"`,
    [tenantId, signatureIds],
  );
  return rows[0]!;
}
