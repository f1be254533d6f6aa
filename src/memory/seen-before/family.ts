// A message of a form that was never stored may still be of a known family: where its words stand, that family's words
// are known to vary. The rules are those by which ingest would join it.
import type postgres from 'postgres';
import { Analysis } from '../../signature/analysis.ts';
import { Generaliser } from '../../signature/generalise.ts';
import { tokensOf } from '../../signature/shape.ts';
import { microsOf } from '../moments.ts';
import type { Question } from './question.ts';

const FAMILIES_TRIED = 3;
/** Forms of a family that it is learnt from, the oldest first: what varies among these varies. */
const FORMS_READ = 250;
/** New words that one message may bring, each in a place that is known to vary. */
const NEW_WORDS = 2;

interface Form {
  readonly root_id: string;
  readonly partition: string;
  readonly key: string;
  readonly example: string;
  readonly first_at: string;
}

/** The first of `rootIds` to whose family the message belongs; null: to none. Give the most similar first. */
export async function findFamily(
  read: postgres.Sql,
  tenantId: number,
  { message, service, serviceNamed }: Question,
  rootIds: readonly string[],
): Promise<string | null> {
  if (rootIds.length === 0 || message === null) return null;
  const tried = rootIds.slice(0, FAMILIES_TRIED);
  const forms = await read<Form[]>`
    select r.id as root_id, f.partition, f.key, f.example, f.first_counted_at as first_at
      from unnest(${tried}::bigint[]) as r(id)
     cross join lateral (
       select x.* from (select r.id as signature_id
                        union all
                        select s.signature_id from signature s
                         where s.tenant_id = ${tenantId} and s.merged_into_id = r.id) m
         join signature_form x on x.tenant_id = ${tenantId} and x.signature_id = m.signature_id
        where x.first_counted_at is not null and (${serviceNamed ? service : null}::text is null or x.partition = ${service})
        order by x.first_counted_at, x.key collate "C" limit ${FORMS_READ}) f
     where exists (select 1 from signature s where s.tenant_id = ${tenantId} and s.merged_into_id = r.id)`;
  const tokens = tokensOf(new Analysis().read(message));
  return (
    tried.find((id) => {
      const own = forms.filter((form) => form.root_id === id);
      const partitions = new Set(own.map((form) => form.partition));
      return [...partitions].some((partition) =>
        takes(
          own.filter((form) => form.partition === partition),
          tokens,
        ),
      );
    }) ?? null
  );
}

function takes(forms: readonly Form[], tokens: ReturnType<typeof tokensOf>): boolean {
  const generaliser = new Generaliser(Number.POSITIVE_INFINITY);
  const analysis = new Analysis();
  for (const form of forms) {
    const shape = { key: form.key, tokens: tokensOf(analysis.read(form.example)) };
    generaliser.add(shape, microsOf(form.first_at));
  }
  return generaliser.lookup(tokens, NEW_WORDS) !== null;
}
