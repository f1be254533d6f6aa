// A question in words: a line as it was logged, a message without its header, or a few words from memory.
import type postgres from 'postgres';
import type { Rule } from '../../domain/bindings.ts';
import { ValidationError } from '../../domain/errors.ts';
import { parseLine } from '../../parse/parse-line.ts';
import type { ParsedLine } from '../../parse/parsed-line.ts';
import { partitionOf } from '../../parse/partition.ts';
import { typedFields } from '../../parse/typed-fields.ts';
import { describeForm } from '../../signature/engine.ts';
import { rulesFor } from '../../signature/parting.ts';
import { WILDCARD } from '../../signature/pattern.ts';
import { sketchWords } from '../../signature/sketch.ts';
import { type Asker, NOTHING_NAMED, type Question } from './question.ts';
import { namingValues } from './values.ts';

/** Characters of a message in the question: more than any signature looks at. */
const MAX_MESSAGE_CHARS = 65_536;
/** Whoever types more words than this has a line at hand and names its place in the header. */
const FREE_WORDS = 8;

export interface AskedMessage {
  readonly text: string;
  readonly service?: string | null | undefined;
  readonly host?: string | null | undefined;
}

export async function readMessage({ read, tenantId, clock }: Asker, asked: AskedMessage): Promise<Question> {
  checkText(asked.text);
  const line = parseLine(asked.text, { referenceUs: clock.nowUs() });
  const namedService = asked.service?.trim() || null;
  const namedHost = asked.host?.trim() || null;
  const service = namedService ?? line.program;
  const { pattern } = describeForm(line.message, '');
  const [held, placeWords] = await Promise.all([
    findForms(read, tenantId, asked.text, line, service, namedService !== null),
    findPlaces(read, tenantId, pattern),
  ]);
  return {
    ...NOTHING_NAMED,
    about: 'message',
    message: line.message,
    pattern,
    service,
    serviceNamed: namedService !== null,
    host: namedHost ?? line.host,
    hostNamed: namedHost !== null,
    values: namingValues(line.message),
    placeWords,
    signatureIds: held,
  };
}

function checkText(text: string): void {
  if (text.trim() === '') {
    throw new ValidationError('"text" is empty: give the line, or the words to look for.', [
      'input',
      'message',
      'text',
    ]);
  }
  if (text.length > MAX_MESSAGE_CHARS) {
    throw new ValidationError(
      `"text" has ${text.length} characters; the limit is ${MAX_MESSAGE_CHARS}. Its beginning is enough.`,
      ['input', 'message', 'text'],
    );
  }
}

/** Signatures of the very form, merged ones led to where they went: in the service it comes from, or else in any. Structured events kept the text whole. */
async function findForms(
  read: postgres.Sql,
  tenantId: number,
  text: string,
  line: ParsedLine,
  service: string | null,
  onlyThere: boolean,
): Promise<string[]> {
  const forms = [
    describeForm(line.message, partitionOf(line, service ?? '')),
    ...[line.message, text.trim()].map((message) => describeForm(message, service ?? '')),
  ];
  const keys = forms.map((form) => form.key);
  const rows = await read<FormRow[]>`
    select f.key, coalesce(s.merged_into_id, s.signature_id) as id, f.key = any(${keys}::text[]) as own,
           (select json_agg(json_build_object('key', r.key, 'parting', r.parting, 'partKey', r.part_key) order by r.position)
              from signature_rule r where r.tenant_id = ${tenantId} and r.form_key = f.key) as rules
      from signature_form f
      join signature s on s.tenant_id = ${tenantId} and s.signature_id = f.signature_id
     where f.tenant_id = ${tenantId}
       and (f.key = any(${keys}::text[]) or f.content_key = any(${forms.map((form) => form.contentKey)}::text[]))`;
  const own = rows.filter((row) => row.own);
  const held = own.length > 0 || onlyThere ? own : rows;
  const parts = await partsOf(read, tenantId, line, held);
  return [...new Set(parts.map((row) => row.id))];
}

interface FormRow {
  readonly key: string;
  readonly id: string;
  /** Of the service that was asked. */
  readonly own: boolean;
  /** By which people part its messages; null: they do not. */
  readonly rules: readonly Rule[] | null;
}

/** Where people parted a form, the part that takes the message; none when nothing of that part was ever seen. */
async function partsOf(
  read: postgres.Sql,
  tenantId: number,
  { message, fields }: ParsedLine,
  forms: readonly FormRow[],
): Promise<Pick<FormRow, 'id'>[]> {
  const partKeys = new Map<FormRow, string>();
  for (const form of forms) {
    if (form.rules === null) continue;
    const rules = new Map<string, Rule[]>();
    for (const rule of form.rules) rules.set(rule.key, [...(rules.get(rule.key) ?? []), rule]);
    const rule = rulesFor(rules, form.key, message, () => typedFields(message, fields)).at(-1);
    if (rule !== undefined) partKeys.set(form, rule.partKey);
  }
  if (partKeys.size === 0) return [...forms];
  const parts = await read<{ id: string }[]>`
    select coalesce(s.merged_into_id, s.signature_id) as id
      from signature_form f join signature s on s.tenant_id = ${tenantId} and s.signature_id = f.signature_id
     where f.tenant_id = ${tenantId} and f.key = any(${[...partKeys.values()]}::text[])`;
  return [...forms.filter((form) => !partKeys.has(form)), ...parts];
}

/** Of few words without any value, those that name a service or a host, or begin its name: `db` for `db-7`. */
async function findPlaces(read: postgres.Sql, tenantId: number, pattern: string): Promise<string[]> {
  const words = sketchWords(pattern);
  if (words.length > FREE_WORDS || pattern.includes(WILDCARD)) return [];
  const rows = await read<{ word: string }[]>`
    select w.word from unnest(${words}::text[]) as w(word)
     where exists (select 1 from origin o
                    where o.tenant_id = ${tenantId} and starts_with(o.service, w.word)
                      and o.service ~ ('^' || w.word || '([^[:alpha:]]|$)'))
        or exists (select 1 from origin o
                    where o.tenant_id = ${tenantId} and starts_with(o.host, w.word)
                      and o.host ~ ('^' || w.word || '([^[:alpha:]]|$)'))`;
  return rows.map((row) => row.word);
}
