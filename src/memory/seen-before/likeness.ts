// How alike two message templates are: the share of their words that they have in common, weighted by what a word
// tells, and whether they come in the same order (longest common subsequence). Pure.
import { FUNCTION_WORDS, tokensOfTemplate } from '../../signature/telling-words.ts';
import { NEGATIONS, STATE_WORDS, type StateRole } from '../../signature/wordlists.ts';

/** At or above: worth showing as similar. Lines of other families stay below it; see the tests for both sides. */
export const SIMILAR_FROM = 0.65;

const WILDCARD = '<*>';
const MAX_TOKENS = 96;

const WILDCARD_WEIGHT = 0.3;
const FUNCTION_WORD_WEIGHT = 0.3;

/** Share of the whole that each of the two comparisons decides. */
const ORDER_SHARE = 0.6;
/** A few words, all found in a longer template, are as good as this; a single one tells less. */
const CONTAINED_SCORE = 0.75;
const CONTAINED_WORD_SCORE = 0.66;
const CONTAINED_MIN_SHARE = 0.8;

export interface Likeness {
  /** 0..1; 1 only for the same words in the same order. */
  readonly similarity: number;
  /** Words of each side that the other lacks, in order. */
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
  readonly sharedWords: number;
  /** State words of opposite meaning that stand against each other, the first side's and the second's. */
  readonly opposites: readonly [string, string] | null;
}

/** Lower-case words and one wildcard per run of them. */
export const tokensOf = (pattern: string): string[] => tokensOfTemplate(pattern, MAX_TOKENS);

const isWord = (token: string) => token !== WILDCARD;
const isTelling = (token: string) => isWord(token) && !FUNCTION_WORDS.has(token);

function weightOf(token: string): number {
  if (token === WILDCARD) return WILDCARD_WEIGHT;
  return FUNCTION_WORDS.has(token) ? FUNCTION_WORD_WEIGHT : 1;
}

const weightOfAll = (tokens: readonly string[]) => tokens.reduce((sum, token) => sum + weightOf(token), 0);

export interface Overlap {
  /** No less than the similarity of the two. */
  readonly most: number;
  /** The words that the one has and the other lacks: of the two numbers, the greater. */
  readonly differing: number;
}

interface SoughtToken {
  readonly count: number;
  readonly weight: number;
  readonly isWord: boolean;
  readonly isTelling: boolean;
  /** Not found yet in the template of `round`. */
  left: number;
  round: number;
}

/** What is sought, made ready to be held against many templates: tells cheaply which of them to compare in full. */
export class Sought {
  readonly #tokens = new Map<string, SoughtToken>();
  readonly #weight: number;
  readonly #words: number;
  readonly #telling: number;
  readonly #length: number;
  #round = 0;

  constructor(tokens: readonly string[]) {
    for (const [token, count] of countsOf(tokens)) {
      const kind = { weight: weightOf(token), isWord: isWord(token), isTelling: isTelling(token) };
      this.#tokens.set(token, { count, ...kind, left: 0, round: 0 });
    }
    this.#length = tokens.length;
    this.#weight = weightOfAll(tokens);
    this.#words = tokens.filter(isWord).length;
    this.#telling = [...this.#tokens.values()].filter((token) => token.isTelling).length;
  }

  against(template: readonly string[]): Overlap {
    const round = ++this.#round;
    let [weight, words, shared, sharedWords, telling] = [0, 0, 0, 0, 0];
    for (const text of template) {
      const token = this.#tokens.get(text);
      weight += token === undefined ? weightOf(text) : token.weight;
      if (text !== WILDCARD) words++;
      if (token === undefined) continue;
      if (token.round !== round) {
        token.round = round;
        token.left = token.count;
        if (token.isTelling) telling++;
      }
      if (token.left === 0) continue;
      token.left--;
      shared += token.weight;
      if (token.isWord) sharedWords++;
    }
    const total = this.#weight + weight;
    const anyOrder = total === 0 ? 0 : (2 * shared) / total;
    const contained = containedScore(telling, this.#telling, this.#length);
    return {
      most: Math.min(1, Math.max(anyOrder, contained)),
      differing: Math.max(this.#words, words) - sharedWords,
    };
  }
}

function sharedWeight(first: readonly string[], second: readonly string[]): number {
  const left = countsOf(second);
  let shared = 0;
  for (const token of first) {
    const n = left.get(token) ?? 0;
    if (n === 0) continue;
    left.set(token, n - 1);
    shared += weightOf(token);
  }
  return shared;
}

function countsOf(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

export function compare(first: readonly string[], second: readonly string[]): Likeness {
  const total = weightOfAll(first) + weightOfAll(second);
  const common = commonSubsequence(first, second);
  const shared = sharedWeight(first, second);
  const inOrder = total === 0 ? 0 : (2 * weightOfAll(common.map((i) => first[i]!))) / total;
  const anyOrder = total === 0 ? 0 : (2 * shared) / total;
  const both = ORDER_SHARE * inOrder + (1 - ORDER_SHARE) * anyOrder;
  const [onlyInFirst, onlyInSecond] = [missingFrom(second, first), missingFrom(first, second)];
  return {
    similarity: Math.min(1, Math.max(both, contained(first, second))),
    onlyInFirst,
    onlyInSecond,
    sharedWords: common.filter((i) => isWord(first[i]!)).length,
    opposites: oppositesOf(onlyInFirst, onlyInSecond),
  };
}

const roleOf = (word: string): StateRole | 'NEGATION' | undefined =>
  NEGATIONS.has(word) ? 'NEGATION' : STATE_WORDS.get(word);

/** `up` against `down`; `not` against nothing turns a sentence round as well. */
function oppositesOf(first: readonly string[], second: readonly string[]): [string, string] | null {
  for (const word of first) {
    const against = { PROBLEM: 'RECOVERY', RECOVERY: 'PROBLEM' }[String(roleOf(word))];
    const other = against && second.find((w) => roleOf(w) === against);
    if (other) return [word, other];
  }
  const [mine, theirs] = [first, second].map(
    (words) => words.find((word) => roleOf(word) === 'NEGATION') ?? '',
  );
  return mine === theirs ? null : [mine!, theirs!];
}

/** For a few words typed from memory: what share of the telling ones the template holds. */
function contained(query: readonly string[], template: readonly string[]): number {
  const words = [...new Set(query.filter(isTelling))];
  const inTemplate = new Set(template);
  return containedScore(words.filter((word) => inTemplate.has(word)).length, words.length, query.length);
}

function containedScore(found: number, sought: number, queryLength: number): number {
  if (sought === 0 || found / sought < CONTAINED_MIN_SHARE) return 0;
  if (sought > 1) return (CONTAINED_SCORE * found) / sought;
  return queryLength === 1 ? CONTAINED_WORD_SCORE : 0;
}

function missingFrom(other: readonly string[], tokens: readonly string[]): string[] {
  const left = countsOf(other);
  return tokens.filter((token) => {
    const n = left.get(token) ?? 0;
    left.set(token, n - 1);
    return n <= 0 && isWord(token);
  });
}

/** Indexes into `first` of a longest common subsequence of the greatest weight. */
function commonSubsequence(first: readonly string[], second: readonly string[]): number[] {
  const width = second.length + 1;
  const best = new Float64Array((first.length + 1) * width);
  for (let i = first.length - 1; i >= 0; i--) {
    for (let j = second.length - 1; j >= 0; j--) {
      const skip = Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!);
      const take = first[i] === second[j] ? best[(i + 1) * width + j + 1]! + weightOf(first[i]!) : 0;
      best[i * width + j] = Math.max(skip, take);
    }
  }
  const taken: number[] = [];
  for (let i = 0, j = 0; i < first.length && j < second.length; ) {
    const here = best[i * width + j]!;
    if (first[i] === second[j] && here === best[(i + 1) * width + j + 1]! + weightOf(first[i]!)) {
      taken.push(i);
      i++;
      j++;
    } else if (best[(i + 1) * width + j]! >= best[i * width + j + 1]!) i++;
    else j++;
  }
  return taken;
}
