import { ValidationError } from '../domain/errors.ts';
import { type Announcement, announce, incidentsUpdated } from '../live/outbox.ts';
import { FamilyLearner } from '../pipeline/families/learner.ts';
import { rewordFamilies } from '../pipeline/families/regroup.ts';
import { lockFolding } from '../pipeline/fold/counting.ts';
import { keepVersions } from '../store/as-of/keep-versions.ts';
import { transaction, type WriteTransaction } from '../store/transaction.ts';
import type { VerbContext } from '../store/verb.ts';
import type { RecordKind } from './format.ts';
import { type MergeContext, type Merged, tally } from './merge.ts';
import { type MergedCandidates, mergeCandidates } from './merge-candidates.ts';
import { mergeClock, mergeCounts, mergeEpisodes, mergeSignals, mergeTotals } from './merge-counts.ts';
import { type MergedIncidents, mergeHints, mergeIncidents, mergeLessons } from './merge-incidents.ts';
import { mergeLinks, mergeOutcomes, mergeReviews, mergeSuppressions } from './merge-judgements.ts';
import {
  addSignatures,
  joinFamilies,
  learnForms,
  mergeAssets,
  mergeDecisions,
  obeyDecisions,
} from './merge-signatures.ts';
import type { LineFault, NumberedRecord } from './read-records.ts';
import { findDangling } from './references.ts';
import { Staging } from './staging.ts';

/** Records of an archive or of documents: checked ones, and what is wrong with the others. */
export type RecordSource = AsyncIterable<NumberedRecord | LineFault> | Iterable<NumberedRecord | LineFault>;

export interface ImportOptions {
  /** Imports what is right and reports the rest; default: one fault, and nothing is imported. */
  readonly skipFaulty?: boolean;
  /** Says what it would do, and does nothing. */
  readonly dryRun?: boolean;
}

export interface ImportSummary {
  readonly records: number;
  /** By kind of record; what is the same already is not counted. */
  readonly merged: Readonly<Partial<Record<RecordKind, Merged>>>;
  /** The first of them, in order. */
  readonly faults: readonly LineFault[];
  readonly faultCount: number;
}

/** Faults that are reported one by one. */
const FAULTS_SHOWN = 100;

export class ImportError extends ValidationError {
  readonly faults: readonly LineFault[];

  constructor(faults: readonly LineFault[], faultCount: number) {
    const [first] = faults;
    const more = faultCount > 1 ? ` and ${faultCount - 1} more` : '';
    super(
      `Nothing was imported: ${describeFault(first!)}${more}. Correct the file, or skip what is faulty.`,
      [`line ${first!.line}`, ...(first!.field === null ? [] : [first!.field])],
    );
    this.faults = faults;
  }
}

export const describeFault = ({ file, line, field, reason }: LineFault): string =>
  `${file === undefined ? '' : `${file}, `}line ${line}${field === null ? '' : `, "${field}"`}: ${reason.replace(/\.$/, '')}`;

/**
 * Merges records into the tenant's memory, in one transaction: all of it or nothing. Doing it again adds nothing.
 * Throws ValidationError where the source is no archive, and ImportError for faulty records.
 */
export async function importRecords(
  ctx: VerbContext,
  source: RecordSource,
  options: ImportOptions = {},
): Promise<ImportSummary> {
  let summary: ImportSummary | null = null;
  try {
    await transaction(ctx.store, async ({ tx, client }) => {
      summary = await importWithin(ctx, { tx, client }, source, options);
      if (options.dryRun === true) throw new UndoDryRun();
    });
  } catch (error) {
    if (!(error instanceof UndoDryRun)) throw error;
  }
  return summary!;
}

class UndoDryRun extends Error {}

async function importWithin(
  ctx: VerbContext,
  { tx, client }: WriteTransaction,
  source: RecordSource,
  options: ImportOptions,
): Promise<ImportSummary> {
  const { tenantId } = ctx.caller;

  const merge: MergeContext = { store: ctx.store, client, tx, tenantId, clock: ctx.clock };
  const staging = await Staging.open(client);
  const faults: LineFault[] = [];
  let records = 0;
  for await (const item of source) {
    if ('record' in item) {
      records++;
      await staging.add(item);
    } else faults.push(item);
  }
  await staging.finish();
  // What only a faulty record would have held is no fault of its own.
  if (faults.length === 0 || options.skipFaulty === true) faults.push(...(await findDangling(merge)));
  const shown = faults.slice(0, FAULTS_SHOWN);
  if (faults.length > 0 && options.skipFaulty !== true) throw new ImportError(shown, faults.length);
  const { merged, announcements } = await mergeStaged(merge);
  await keepVersions(tx, tenantId, { all: true });
  await announce(tx, tenantId, announcements);
  return { records, merged, faults: shown, faultCount: faults.length };
}

/** In the order in which rows need each other. */
async function mergeStaged(
  ctx: MergeContext,
): Promise<{ merged: ImportSummary['merged']; announcements: Announcement[] }> {
  await lockFolding(ctx.client, ctx.tenantId);
  const merged: Partial<Record<RecordKind, Merged>> = {};
  merged.asset = await mergeAssets(ctx);
  merged.signature = await addSignatures(ctx);
  await joinFamilies(ctx);
  merged.alias = await mergeDecisions(ctx);
  const learner = new FamilyLearner();
  const reworded = await learnForms(ctx, learner);
  const rebound = await obeyDecisions(ctx, learner);
  const counts = await mergeCounts(ctx);
  merged.counts = counts.merged;
  await mergeTotals(ctx);
  await mergeClock(ctx);
  await rewordFamilies({ client: ctx.client, tenantId: ctx.tenantId, learner }, [...reworded, ...rebound]);
  await mergeEpisodes(ctx, counts.touched);
  merged.signal = tally(await mergeSignals(ctx));
  const candidates = await mergeCandidates(ctx);
  merged.candidate = candidates.merged;
  const incidents = await mergeIncidents(ctx);
  merged.incident = incidents.merged;
  merged.lesson = await mergeLessons(ctx);
  merged.hint = await mergeHints(ctx);
  merged.outcome = await mergeOutcomes(ctx);
  merged.review = await mergeReviews(ctx);
  merged.suppression = await mergeSuppressions(ctx);
  merged.link = await mergeLinks(ctx);
  return {
    merged,
    announcements: [...candidatesTold(candidates), ...incidentsTold(incidents)],
  };
}

const candidatesTold = ({ addedIds, changedIds }: MergedCandidates): Announcement[] => [
  ...addedIds.map((subjectId) => ({ topic: 'candidate', subjectId, kind: 'CREATED' }) as const),
  ...changedIds.map((subjectId) => ({ topic: 'candidate', subjectId, kind: 'UPDATED' }) as const),
];

const incidentsTold = ({ addedIds, changedIds }: MergedIncidents): Announcement[] => [
  ...addedIds.map(
    (subjectId) => ({ topic: 'incident', subjectId, kind: 'CREATED', reason: 'IMPORTED' }) as const,
  ),
  ...incidentsUpdated(changedIds, 'IMPORTED'),
];
