// Which remembered signatures resemble a message: those that share most of its words, compared in full.
import type postgres from 'postgres';
import { sketchWords } from '../../signature/sketch.ts';
import { namedSome } from '../moments.ts';
import type { SimilarSignature } from './answer.ts';
import { compare, type Likeness, SIMILAR_FROM, tokensOf } from './likeness.ts';
import type { Question } from './question.ts';
import { retrieveTemplates, type Template } from './retrieve.ts';

/** Similar signatures shown. */
const SHOWN = 5;
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

export async function findSimilar(
  read: postgres.Sql,
  tenantId: number,
  question: Question,
  exclude: readonly string[],
): Promise<Resemblance> {
  const pattern = question.pattern ?? '';
  const templates = await retrieveTemplates(read, tenantId, sketchWords(pattern), exclude);
  const ranked = rank(tokensOf(pattern), templates, question.service);
  const similar = ranked.filter((s) => s.similarity >= SIMILAR_FROM).slice(0, SHOWN);
  return { similar, closest: ranked[0] ?? null };
}

interface Ranked extends Similar {
  readonly order: number;
  readonly count: number;
}

/** Best first, each signature once: by the form of it that is most alike. */
function rank(wanted: readonly string[], templates: readonly Template[], service: string | null): Similar[] {
  const best = new Map<string, Ranked>();
  for (const template of templates) {
    for (const pattern of new Set([template.memberPattern, template.rootPattern])) {
      const found = judge(wanted, template, pattern, service);
      const known = best.get(template.rootId);
      if (known === undefined || found.order > known.order) best.set(template.rootId, found);
    }
  }
  return [...best.values()]
    .sort(
      (a, b) =>
        b.order - a.order || b.count - a.count || (BigInt(a.signatureId) < BigInt(b.signatureId) ? -1 : 1),
    )
    .map(({ order: _, count: __, ...similar }) => similar);
}

function judge(
  wanted: readonly string[],
  template: Template,
  pattern: string,
  service: string | null,
): Ranked {
  const likeness = compare(wanted, tokensOf(pattern));
  const home = service !== null && template.service === service ? SERVICE_MATTERS : 0;
  return {
    order: likeness.similarity + home,
    count: template.count,
    signatureId: template.rootId,
    pattern: template.rootPattern,
    service: template.service,
    similarity: likeness.similarity,
    reason: reasonOf(likeness, template, service),
  };
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
