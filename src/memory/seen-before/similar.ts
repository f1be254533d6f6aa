// Which remembered signatures resemble a message: those that share most of its words, compared in full.
import type postgres from 'postgres';
import { sketchWords } from '../../signature/sketch.ts';
import { FUNCTION_WORDS } from '../../signature/telling-words.ts';
import { namedSome } from '../moments.ts';
import type { SimilarSignature } from './answer.ts';
import type { Kin } from './family.ts';
import { compare, type Likeness, SIMILAR_FROM, Sought, tokensOf } from './likeness.ts';
import type { Question } from './question.ts';
import { retrieveTemplates, type Template } from './retrieve.ts';

/** Similar signatures shown. */
const SHOWN = 5;
const SERVICE_MATTERS = 0.02;
/** `wlan-up.target` is one word to a signature. */
const TOKENS_OF_A_WORD = 3;

export interface Similar extends SimilarSignature {
  readonly pattern: string;
  readonly service: string;
}

export interface Resemblance {
  /** Best first, all at or above the threshold. */
  readonly similar: readonly Similar[];
  /** The best one, similar or not; null when no template shares a word. */
  readonly closest: Similar | null;
  /** Through what it may be of a family, similar or not. */
  readonly kin: Kin;
}

export async function findSimilar(
  read: postgres.Sql,
  tenantId: number,
  question: Question,
): Promise<Resemblance> {
  const pattern = question.pattern ?? '';
  const templates = await retrieveTemplates(read, tenantId, sketchWords(pattern));
  const pairs = pair(question, tokensOf(pattern), templates);
  const ranked = rank(question, pairs);
  const similar = ranked.filter((s) => s.similarity >= SIMILAR_FROM).slice(0, SHOWN);
  const joined = new Set(templates.filter((t) => t.memberId !== t.rootId).map((t) => t.rootId));
  const familyIds = ranked.map((s) => s.signatureId).filter((id) => joined.has(id));
  const near = pairs.filter((p) => p.differing <= TOKENS_OF_A_WORD).map((p) => p.template.memberId);
  return { similar, closest: ranked[0] ?? null, kin: { familyIds, nearIds: [...new Set(near)] } };
}

/** One way to compare the question with a template, and the most that can come of it. */
interface Pair {
  readonly template: Template;
  readonly wanted: readonly string[];
  readonly remembered: readonly string[];
  readonly most: number;
  readonly differing: number;
}

interface Ranked extends Pair {
  readonly order: number;
  readonly likeness: Likeness;
}

/** Best first, each signature once: by the form of it that is most alike, with or without the words for places. */
function rank(question: Question, pairs: readonly Pair[]): Similar[] {
  const best = new Map<string, Ranked>();
  for (const pair of pairs) {
    if (best.size >= SHOWN && pair.most < SIMILAR_FROM) break;
    const likeness = compare(pair.wanted, pair.remembered);
    const order = likeness.similarity + (isAtHome(question, pair.template) ? SERVICE_MATTERS : 0);
    const known = best.get(pair.template.rootId);
    if (known === undefined || order > known.order)
      best.set(pair.template.rootId, { ...pair, order, likeness });
  }
  return [...best.values()].sort(byOrder).map(({ template, likeness }) => ({
    signatureId: template.rootId,
    pattern: template.rootPattern,
    service: template.service,
    similarity: likeness.similarity,
    reason: reasonOf(likeness, template, question.service),
  }));
}

/** What may come out best first, so that the rest need not be compared in full. */
function pair(question: Question, tokens: readonly string[], templates: readonly Template[]): Pair[] {
  const placeless = tokens.filter((token) => !question.placeWords.includes(token));
  const readings = placeless.length > 0 && placeless.length < tokens.length ? [tokens, placeless] : [tokens];
  const sought = readings.map((wanted) => ({ wanted, bag: new Sought(wanted) }));
  return templates
    .flatMap((template) =>
      [...new Set([template.memberPattern, template.rootPattern])].flatMap((pattern) => {
        const remembered = tokensOf(pattern);
        return sought.map(({ wanted, bag }) => ({
          template,
          wanted,
          remembered,
          ...bag.against(remembered),
        }));
      }),
    )
    .sort((a, b) => b.most - a.most);
}

const byOrder = (a: Ranked, b: Ranked): number =>
  b.order - a.order ||
  b.template.count - a.template.count ||
  (BigInt(a.template.rootId) < BigInt(b.template.rootId) ? -1 : 1);

const isAtHome = ({ service, placeWords }: Question, template: Template): boolean =>
  template.service !== '' &&
  (template.service === service ||
    placeWords.some((word) => template.service.toLowerCase().startsWith(word)));

function reasonOf(likeness: Likeness, template: Template, service: string | null): string {
  const { onlyInFirst, onlyInSecond, sharedWords, opposites } = likeness;
  const differs = [
    onlyInFirst.length > 0 ? `${quoted(onlyInFirst)} only in the question` : '',
    onlyInSecond.length > 0 ? `${quoted(onlyInSecond)} only in the remembered one` : '',
  ].filter((part) => part !== '');
  const elsewhere =
    service !== null && template.service !== '' && template.service !== service
      ? `; from "${template.service}", not "${service}"`
      : '';
  const alike =
    onlyInFirst.every((word) => FUNCTION_WORDS.has(word)) && onlyInSecond.length > sharedWords
      ? 'it holds all words of the question'
      : differs.length === 0
        ? 'the same words'
        : `${sharedWords} ${sharedWords === 1 ? 'word' : 'words'} in common; ${differs.join(', ')}`;
  const part = template.part === null ? '' : `; only its part ${template.part}`;
  return `${alike}${opposites === null ? '' : `; ${opposition(opposites)}`}${elsewhere}${part}`;
}

/** One of the two may be empty: then the other side is not negated. */
const opposition = ([asked, remembered]: readonly [string, string]): string =>
  asked !== '' && remembered !== ''
    ? `"${asked}" is the opposite of "${remembered}", so it means another thing`
    : `only one of them says "${asked || remembered}", so it means another thing`;

const quoted = (words: readonly string[]) => namedSome(words.map((word) => `"${word}"`));
