import type postgres from 'postgres';
import type { Micros } from '../../domain/time.ts';
import { readAsOf } from '../../store/as-of/read-as-of.ts';
import type { VerbContext } from '../../store/verb.ts';
import { type Coverage, readCoverage } from '../coverage.ts';
import { readCoverageAsOf } from '../coverage-as-of.ts';
import type { CoverageGap } from '../coverage-gaps.ts';
import { counted } from '../moments.ts';
import type { PastEpisode, SeenBefore, SeenBeforeInput, SimilarSignature } from './answer.ts';
import { findBlindSpot } from './blind-spots.ts';
import { EPISODES_SHOWN, tellEpisodes } from './episodes.ts';
import {
  explainExpired,
  explainNo,
  explainNothingIngested,
  explainOnlyItself,
  explainSimilar,
  explainUnknown,
  explainYes,
  type Findings,
} from './explain.ts';
import { findFamily } from './family.ts';
import { readHistory, type SignatureHistory } from './history.ts';
import type { Question } from './question.ts';
import { readEpisodes } from './read-episodes.ts';
import { recall } from './recall.ts';
import type { Closeness } from './recall-incidents.ts';
import { findSimilar, type Resemblance } from './similar.ts';
import { understand } from './understand.ts';

const NO_RESEMBLANCE: Resemblance = { similar: [], closest: null, kin: { familyIds: [], nearIds: [] } };

/**
 * Have we seen this before? YES: its exact signature, or the family it belongs to, has events (of an event: others
 * than itself). SIMILAR: templates that resemble it. NO: neither, within the coverage shown. UNKNOWN: nothing was ever
 * ingested, or a known gap lies inside what was asked. `asOfUs`: answered from what was known then. Throws
 * ValidationError for an empty message, NotFoundError for an unknown id.
 */
export async function seenBefore(
  ctx: VerbContext,
  input: SeenBeforeInput,
  asOfUs: Micros | null = null,
): Promise<SeenBefore> {
  if (asOfUs === null) return answer(ctx, input, readCoverage);
  return readAsOf(ctx.store.read, asOfUs, (read) =>
    answer({ ...ctx, store: { ...ctx.store, read } }, input, (r, tenantId) =>
      readCoverageAsOf(r, tenantId, asOfUs),
    ),
  );
}

async function answer(
  ctx: VerbContext,
  input: SeenBeforeInput,
  coverageOf: typeof readCoverage,
): Promise<SeenBefore> {
  const { read } = ctx.store;
  const { tenantId } = ctx.caller;
  const asker = { read, tenantId, clock: ctx.clock };
  const [recognised, coverage] = await Promise.all([
    understand(asker, input).then((question) => recognise(read, tenantId, question)),
    coverageOf(read, tenantId),
  ]);
  if (coverage.fromUs === null) return nothingIngested(coverage);
  const found = await gather(read, tenantId, recognised, coverage);
  const { history } = found;
  const { verdict, explanation, coverage: spokenFor } = await judge(read, tenantId, found);
  return {
    verdict,
    explanation,
    signatureId: history[0]?.signatureId ?? null,
    similar: [...otherHomes(history), ...found.similar].map(shown),
    closest: verdict === 'NO' && found.closest !== null ? shown(found.closest) : null,
    firstSeenUs: history.length === 0 ? null : Math.min(...history.map((h) => h.firstUs)),
    lastSeenUs: history.length === 0 ? null : Math.max(...history.map((h) => h.lastUs)),
    occurrenceCount: history.reduce((sum, h) => sum + h.count, 0),
    episodes: found.episodes,
    incidents: found.recalled.incidents.map(({ incidentId, score, reason }) => ({
      incidentId,
      score,
      reason,
    })),
    lessonIds: found.recalled.lessons.map((lesson) => lesson.lessonId),
    runbookHintIds: found.recalled.hints.map((hint) => hint.hintId),
    coverage: spokenFor,
  };
}

const shown = ({ signatureId, similarity, reason }: SimilarSignature): SimilarSignature => ({
  signatureId,
  similarity,
  reason,
});

interface Recognised {
  readonly question: Question;
  readonly resemblance: Resemblance;
}

/** A message of no stored form: what resembles it, and the family that would take it. */
async function recognise(read: postgres.Sql, tenantId: number, question: Question): Promise<Recognised> {
  if (question.signatureIds.length > 0 || question.message === null)
    return { question, resemblance: NO_RESEMBLANCE };
  const resemblance = await findSimilar(read, tenantId, question);
  const family = await findFamily(read, tenantId, question, resemblance.kin);
  if (family === null) return { question, resemblance };
  return {
    question: { ...question, signatureIds: [family.signatureId], belonging: family.belonging },
    resemblance: NO_RESEMBLANCE,
  };
}

async function gather(
  read: postgres.Sql,
  tenantId: number,
  recognised: Recognised,
  coverage: Coverage,
): Promise<Findings> {
  const found = await lookUp(read, tenantId, recognised, coverage);
  const { question } = recognised;
  if (found.history.length > 0 || question.signatureIds.length === 0) return found;
  // Its form is stored, and none of its events: so it was not seen, though something like it may have been.
  const unseen = await recognise(read, tenantId, { ...question, signatureIds: [] });
  return lookUp(read, tenantId, unseen, coverage);
}

async function lookUp(
  read: postgres.Sql,
  tenantId: number,
  { question, resemblance }: Recognised,
  coverage: Coverage,
): Promise<Findings> {
  const { signatureIds } = question;
  const newestUs = coverage.toUs!;
  const closeness: Closeness = new Map([
    ...resemblance.similar.map((s) => [s.signatureId, s.similarity] as const),
    ...signatureIds.map((id) => [id, 1] as const),
  ]);
  const [history, episodes, onHost, recalled] = await Promise.all([
    readHistory(read, tenantId, signatureIds, coverage.hasUncounted),
    readEpisodes(read, tenantId, signatureIds, newestUs),
    wasOnHost(read, tenantId, signatureIds, question.host),
    recall(read, tenantId, {
      closeness,
      candidateId: question.candidateId,
      host: question.host,
      values: question.values,
      newestUs,
    }),
  ]);
  return {
    question,
    coverage,
    history,
    ...showEpisodes(tellEpisodes(episodes, newestUs)),
    recalled,
    ...resemblance,
    onHost,
  };
}

async function judge(
  read: postgres.Sql,
  tenantId: number,
  found: Findings,
): Promise<Pick<SeenBefore, 'verdict' | 'explanation' | 'coverage'>> {
  const { question, coverage, history, similar } = found;
  const count = history.reduce((sum, h) => sum + h.count, 0);
  if (question.about === 'event' && count === 1)
    return { verdict: 'NO', explanation: explainOnlyItself(found), coverage };
  if (count > 0) return { verdict: 'YES', explanation: explainYes(found), coverage };
  if (question.expiredUs !== null)
    return { verdict: 'UNKNOWN', explanation: explainExpired(question.expiredUs), coverage };
  const spot = await findBlindSpot(read, tenantId, question, coverage);
  const reason = spot?.reason ?? null;
  const spokenFor = spot === null ? coverage : withGap(coverage, spot.gap);
  if (similar.length > 0)
    return { verdict: 'SIMILAR', explanation: explainSimilar(found, reason), coverage: spokenFor };
  if (reason !== null)
    return { verdict: 'UNKNOWN', explanation: explainUnknown(found, reason), coverage: spokenFor };
  return { verdict: 'NO', explanation: explainNo(found), coverage };
}

/** The hole that the answer speaks of comes first. */
const withGap = (coverage: Coverage, gap: CoverageGap): Coverage => ({
  ...coverage,
  complete: false,
  gaps: [gap, ...coverage.gaps.filter((known) => known !== gap)],
});

const showEpisodes = (told: readonly PastEpisode[]): Pick<Findings, 'episodes' | 'hasOlderEpisodes'> => ({
  episodes: told.slice(0, EPISODES_SHOWN),
  hasOlderEpisodes: told.length > EPISODES_SHOWN,
});

/** The same form in further services: exact matches beside the one shown as `signature`. */
const otherHomes = (history: readonly SignatureHistory[]) =>
  history.slice(1).map(({ signatureId, service, count }) => ({
    signatureId,
    similarity: 1,
    reason: `the same words from "${service}", ${counted(count, 'time')}`,
  }));

/** null: no host was asked for, or the signatures are not known. */
async function wasOnHost(
  read: postgres.Sql,
  tenantId: number,
  signatureIds: readonly string[],
  host: string | null,
): Promise<boolean | null> {
  if (host === null || signatureIds.length === 0) return null;
  const [row] = await read<{ on_host: boolean }[]>`
    select exists (select 1 from asset a
                     join feature_bucket b on b.tenant_id = a.tenant_id and b.asset_id = a.asset_id
                      and b.signature_id = any(${[...signatureIds]}::bigint[])
                    where a.tenant_id = ${tenantId} and a.hostname = ${host}) as on_host`;
  return row!.on_host;
}

const nothingIngested = (coverage: Coverage): SeenBefore => ({
  verdict: 'UNKNOWN',
  explanation: explainNothingIngested(),
  signatureId: null,
  similar: [],
  closest: null,
  firstSeenUs: null,
  lastSeenUs: null,
  occurrenceCount: 0,
  episodes: [],
  incidents: [],
  lessonIds: [],
  runbookHintIds: [],
  coverage,
});
