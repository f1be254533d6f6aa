// A question in words: a line as it was logged, a message without its header, or a few words from memory.
import type postgres from 'postgres';
import { ValidationError } from '../../domain/errors.ts';
import { parseLine } from '../../parse/parse-line.ts';
import type { ParsedLine } from '../../parse/parsed-line.ts';
import { partitionOf } from '../../parse/partition.ts';
import { describeForm } from '../../signature/engine.ts';
import { WILDCARD } from '../../signature/pattern.ts';
import { sketchWords } from '../../signature/sketch.ts';
import { type Asker, NOTHING_NAMED, type Question } from './question.ts';
import { rootsOf } from './roots.ts';
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
    signatureIds: await rootsOf(read, tenantId, held),
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

/** Signatures of the very form: in the service it comes from, or else in any. Structured events kept the text whole. */
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
  const rows = await read<{ id: string; own: boolean }[]>`
    select signature_id as id, true as own from signature_form
     where tenant_id = ${tenantId} and key = any(${keys}::text[])
    union
    select signature_id, key = any(${keys}::text[]) from signature_form
     where tenant_id = ${tenantId} and content_key = any(${forms.map((form) => form.contentKey)}::text[])`;
  const own = rows.filter((row) => row.own);
  return (own.length > 0 || onlyThere ? own : rows).map((row) => row.id);
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
