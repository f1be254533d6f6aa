import { ValidationError } from '../domain/errors.ts';
import { announce } from '../live/outbox.ts';
import { keepVersions } from '../store/as-of/keep-versions.ts';
import { transaction, type WriteTransaction } from '../store/transaction.ts';
import type { VerbContext } from '../store/verb.ts';
import type { RecordKind } from './format.ts';
import { keepFaulty } from './keep-faulty.ts';
import type { MergeContext, Merged } from './merge.ts';
import { mergeStaged } from './merge-staged.ts';
import type { LineFault, NumberedRecord } from './read-records.ts';
import { findDangling } from './references.ts';
import { Staging } from './staging.ts';

/** Records of an archive or of documents: checked ones, and what is wrong with the others. */
export type RecordSource = AsyncIterable<NumberedRecord | LineFault> | Iterable<NumberedRecord | LineFault>;

export interface ImportOptions {
  /** Imports what is right, keeps the rest as rejected inputs and reports it; default: one fault, and nothing is imported. */
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
/** Faults whose text is kept. */
const FAULTS_KEPT = 1_000;

const withoutText = ({ text: _, ...fault }: LineFault): LineFault => fault;

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
    } else faults.push(faults.length < FAULTS_KEPT ? item : withoutText(item));
  }
  await staging.finish();
  // What only a faulty record would have held is no fault of its own.
  if (faults.length === 0 || options.skipFaulty === true) faults.push(...(await findDangling(merge)));
  const shown = faults.slice(0, FAULTS_SHOWN).map(withoutText);
  if (faults.length > 0 && options.skipFaulty !== true) throw new ImportError(shown, faults.length);
  const { merged, announcements } = await mergeStaged(merge);
  await keepFaulty(merge, faults.slice(0, FAULTS_KEPT));
  await keepVersions(tx, tenantId, { all: true });
  await announce(tx, tenantId, announcements);
  return { records, merged, faults: shown, faultCount: faults.length };
}
