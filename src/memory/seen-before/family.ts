// A message of a form that was never stored may still be of a known family: where its words differ, that family is
// known to vary, or would be with this message. The rules are those by which ingest would join it.
import type postgres from 'postgres';
import { Analysis } from '../../signature/analysis.ts';
import { Generaliser } from '../../signature/generalise.ts';
import { type Token, tokensOf } from '../../signature/shape.ts';
import { microsOf } from '../moments.ts';
import type { Belonging, Question } from './question.ts';

const FAMILIES_TRIED = 3;
/** Forms of a family that it is learnt from, the oldest first: what varies among these varies. */
const FORMS_READ = 250;
/** New words that one message may bring, each in a place that is known to vary. */
const NEW_WORDS = 2;

export interface Kin {
  /** Signatures of several forms, best first. */
  readonly familyIds: readonly string[];
  /** Forms that may differ from the message in one word, best first. */
  readonly nearIds: readonly string[];
}

export interface FoundFamily {
  readonly signatureId: string;
  readonly belonging: Belonging;
}

interface Form {
  readonly root_id: string;
  readonly partition: string;
  readonly key: string;
  readonly example: string;
  readonly first_at: string;
}

/** The family that ingest would join the message into; null: it would stand alone. */
export async function findFamily(
  read: postgres.Sql,
  tenantId: number,
  { message, service, serviceNamed }: Question,
  kin: Kin,
): Promise<FoundFamily | null> {
  if (message === null || (kin.familyIds.length === 0 && kin.nearIds.length === 0)) return null;
  const forms = await readForms(read, tenantId, kin, serviceNamed ? service : null);
  const tokens = tokensOf(new Analysis().read(message));
  const partitions = new Set(forms.map((form) => form.partition));
  for (const partition of partitions) {
    const found = join(
      forms.filter((form) => form.partition === partition),
      tokens,
    );
    if (found !== null) return found;
  }
  return null;
}

/** Those of the families and those near the message, the best first. `partition`: null for any. */
function readForms(
  read: postgres.Sql,
  tenantId: number,
  { familyIds, nearIds }: Kin,
  partition: string | null,
): Promise<Form[]> {
  return read<Form[]>`
    with root as (
      select id, place from unnest(${familyIds.slice(0, FAMILIES_TRIED)}::bigint[]) with ordinality as r(id, place)
    ), kin as (
      select m.key, r.place + ${nearIds.length} as place
        from root r
       cross join lateral (
         select x.key
           from (select r.id as signature_id
                 union all
                 select s.signature_id from signature s
                  where s.tenant_id = ${tenantId} and s.merged_into_id = r.id) m
           join signature_form x on x.tenant_id = ${tenantId} and x.signature_id = m.signature_id
          where x.first_counted_at is not null and x.form_key is null
          order by x.first_counted_at, x.key collate "C" limit ${FORMS_READ}) m
      union all
      select x.key, n.place
        from unnest(${[...nearIds]}::bigint[]) with ordinality as n(id, place)
        join signature_form x on x.tenant_id = ${tenantId} and x.signature_id = n.id
       where x.first_counted_at is not null and x.form_key is null
    )
    select coalesce(s.merged_into_id, s.signature_id) as root_id, f.partition, f.key, f.example, f.first_counted_at as first_at
      from (select key, min(place) as place from kin group by key) k
      join signature_form f on f.tenant_id = ${tenantId} and f.key = k.key
      join signature s on s.tenant_id = ${tenantId} and s.signature_id = f.signature_id
     where ${partition}::text is null or f.partition = ${partition}
     order by k.place, f.key collate "C"`;
}

/** `forms`: of one partition, the best first. */
function join(forms: readonly Form[], tokens: readonly Token[]): FoundFamily | null {
  const generaliser = new Generaliser(Number.POSITIVE_INFINITY);
  const analysis = new Analysis();
  for (const form of forms) {
    const shape = { key: form.key, tokens: tokensOf(analysis.read(form.example)) };
    generaliser.add(shape, microsOf(form.first_at));
  }
  const foreseen = generaliser.foresee(tokens);
  const key = foreseen?.family ?? generaliser.lookup(tokens, NEW_WORDS);
  if (key === null) return null;
  const members = new Set(generaliser.membersOf(key));
  return {
    // People may have parted the family: the form most like the message tells on which side it is.
    signatureId: forms.find((form) => members.has(form.key))!.root_id,
    belonging: belongingOf(foreseen?.proves ?? null, tokens),
  };
}

function belongingOf(proves: number | null, tokens: readonly Token[]): Belonging {
  if (proves === null) return { by: 'VARYING_PLACE' };
  const name = tokens[proves]!.text;
  return name === null ? { by: 'VALUE' } : { by: 'NAME', name };
}
