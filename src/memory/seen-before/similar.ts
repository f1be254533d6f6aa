// Finds templates that resemble a message: those that share its rarest words, compared in full. Plain SQL, no model.
import type postgres from 'postgres';
import { FORM_WORDS } from '../../store/form-words.ts';
import { namedSome } from '../moments.ts';
import type { SimilarSignature } from './answer.ts';
import { compare, type Likeness, SIMILAR_FROM, sharedWeight, tokensOf } from './likeness.ts';
import type { Question } from './question.ts';

/** Similar signatures shown. */
const SHOWN = 5;
const WORDS_LOOKED_AT = 24;
const RAREST_WORDS = 4;
/** A word in this many forms or more is common: rarer ones find the family. */
const COMMON_FROM = 400;
const FETCHED = 800;
const COMPARED = 60;
const WORD = /[\p{L}\p{N}]+/gu;
const SERVICE_MATTERS = 0.02;

export interface Similar extends SimilarSignature {
  readonly pattern: string;
  readonly service: string;
}

export interface Resemblance {
  /** Best first, all at or above the threshold. */
  readonly similar: readonly Similar[];
  /** The best one, similar or not; null when no template shares a word. */
  readonly closest: Similar | null;
}

interface Template {
  readonly id: string;
  readonly pattern: string;
  readonly service: string;
  readonly n: string;
}

export async function findSimilar(
  read: postgres.Sql,
  tenantId: number,
  question: Question,
  exclude: readonly string[],
): Promise<Resemblance> {
  const wanted = tokensOf(question.pattern ?? '');
  const words = searchWords(question.pattern ?? '');
  if (words.length === 0) return { similar: [], closest: null };
  const frequency = await readFrequency(read, tenantId, words);
  const templates = await fetchTemplates(read, tenantId, frequency, exclude);
  const ranked = rank(wanted, templates, question.service);
  const similar = ranked.filter((s) => s.similarity >= SIMILAR_FROM).slice(0, SHOWN);
  return { similar, closest: ranked[0] ?? null };
}

/** Words as the index cuts them: no digits, no punctuation. */
function searchWords(pattern: string): string[] {
  const words = new Set<string>();
  for (const [word] of pattern.toLowerCase().matchAll(WORD)) {
    if (word.length > 1 && !/\p{N}/u.test(word)) words.add(word);
    if (words.size === WORDS_LOOKED_AT) break;
  }
  return [...words];
}

type Frequency = { readonly word: string; readonly n: number };

const formWords = (read: postgres.Sql) => read.unsafe(FORM_WORDS);

async function readFrequency(
  read: postgres.Sql,
  tenantId: number,
  words: readonly string[],
): Promise<Frequency[]> {
  const rows = await read<{ word: string; n: number }[]>`
    select w.word,
           (select count(*) from (select 1 from signature_form f
                                   where f.tenant_id = ${tenantId} and ${formWords(read)} @> array[w.word]
                                   limit ${COMMON_FROM}) x)::int as n
      from unnest(${[...words]}::text[]) as w(word)`;
  return rows.filter((row) => row.n > 0).sort((a, b) => a.n - b.n || (a.word < b.word ? -1 : 1));
}

/** Templates with any of the rarest words; where all words are common, those with all of the rarest. */
async function fetchTemplates(
  read: postgres.Sql,
  tenantId: number,
  frequency: readonly Frequency[],
  exclude: readonly string[],
): Promise<Template[]> {
  const rare = frequency.filter((f) => f.n < COMMON_FROM).slice(0, RAREST_WORDS);
  const chosen = (rare.length > 0 ? rare : frequency.slice(0, RAREST_WORDS)).map((f) => f.word);
  if (chosen.length === 0) return [];
  const holds =
    rare.length > 0
      ? read`${formWords(read)} && ${chosen}::text[]`
      : read`${formWords(read)} @> ${chosen}::text[]`;
  return read<Template[]>`
    select distinct s.signature_id as id, s.pattern, s.service, s.occurrence_count as n
      from (select f.signature_id from signature_form f
             where f.tenant_id = ${tenantId} and ${holds} limit ${FETCHED}) f
      join signature m on m.tenant_id = ${tenantId} and m.signature_id = f.signature_id
      join signature s on s.tenant_id = ${tenantId} and s.signature_id = coalesce(m.merged_into_id, m.signature_id)
     where s.occurrence_count > 0 and s.signature_id <> all(${[...exclude]}::bigint[])`;
}

function rank(wanted: readonly string[], templates: readonly Template[], service: string | null): Similar[] {
  const promising = templates
    .map((template) => ({ template, tokens: tokensOf(template.pattern) }))
    .map((t) => ({ ...t, promise: sharedWeight(wanted, t.tokens) / (wanted.length + t.tokens.length) }))
    .sort((a, b) => b.promise - a.promise || Number(b.template.n) - Number(a.template.n))
    .slice(0, COMPARED);
  return promising
    .map(({ template, tokens }) => {
      const likeness = compare(wanted, tokens);
      const home = service !== null && template.service === service ? SERVICE_MATTERS : 0;
      return {
        order: likeness.similarity + home,
        n: Number(template.n),
        signatureId: template.id,
        pattern: template.pattern,
        service: template.service,
        similarity: likeness.similarity,
        reason: reasonOf(likeness, template, service),
      };
    })
    .sort(
      (a, b) => b.order - a.order || b.n - a.n || (BigInt(a.signatureId) < BigInt(b.signatureId) ? -1 : 1),
    )
    .map(({ order: _, n: __, ...similar }) => similar);
}

function reasonOf(likeness: Likeness, template: Template, service: string | null): string {
  const { onlyInFirst, onlyInSecond, sharedWords } = likeness;
  const differs = [
    onlyInFirst.length > 0 ? `${quoted(onlyInFirst)} only in the question` : '',
    onlyInSecond.length > 0 ? `${quoted(onlyInSecond)} only in the remembered one` : '',
  ].filter((part) => part !== '');
  const elsewhere =
    service !== null && template.service !== '' && template.service !== service
      ? `; from "${template.service}", not "${service}"`
      : '';
  const alike =
    onlyInFirst.length === 0 && onlyInSecond.length > sharedWords
      ? 'it holds all words of the question'
      : differs.length === 0
        ? 'the same words'
        : `${sharedWords} ${sharedWords === 1 ? 'word' : 'words'} in common; ${differs.join(', ')}`;
  return `${alike}${elsewhere}`;
}

const quoted = (words: readonly string[]) => namedSome(words.map((word) => `"${word}"`));
