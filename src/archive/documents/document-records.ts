// Post-mortems as records of memory. What they are made of names them, so that importing them again adds nothing: the
// incident by the document's id, else by title and start; a document that did not change is left alone.
import { createHash } from 'node:crypto';
import { INCIDENT_ACTIVE_DAYS } from '../../domain/incident-age.ts';
import { formatMicros, type Micros, US_PER_DAY } from '../../domain/time.ts';
import { hintConfidence } from '../../memory/hint-record.ts';
import { shortened } from '../../memory/moments.ts';
import { MAX_CHARS } from '../../review/checked-text.ts';
import type { VerbContext } from '../../store/verb.ts';
import { type RecordInput, record } from '../format.ts';
import type { LineFault, NumberedRecord } from '../read-records.ts';
import type { FrontMatter } from './front-matter.ts';
import { type Advice, type Document, readDocument } from './read-document.ts';
import { type Example, readExamples, recordsOfExamples } from './sign-examples.ts';

export interface DocumentFile {
  /** As shown to people. */
  readonly path: string;
  readonly text: string;
  /** When it was last edited. */
  readonly editedUs: Micros;
}

const MILLION = 1_000_000;
const ADVICE_TITLE_CHARS = 80;
/** What a signature key looks like among `signatures`; anything else there is an example line. */
const KEY = /^v\d+:[0-9a-f]{16}$/;

/** The records of each document, or what is wrong with it. */
export async function* documentRecords(
  ctx: VerbContext,
  files: AsyncIterable<DocumentFile> | Iterable<DocumentFile>,
): AsyncGenerator<NumberedRecord | LineFault> {
  for await (const file of files) {
    const document = readDocument(file.text);
    if (Array.isArray(document)) {
      yield* document.map((fault) => ({ file: file.path, text: file.text, ...fault }));
      continue;
    }
    const sha256 = createHash('sha256').update(file.text).digest('hex');
    const id = incidentIdOf(document.frontMatter);
    if ((await importedAs(ctx, id)) === sha256) continue;
    const { records, faults } = recordsOf(document, id, { file, sha256, nowUs: ctx.clock.nowUs() });
    yield* faults.map((fault) => ({ file: file.path, text: file.text, ...fault }));
    if (faults.length > 0) continue;
    for (const each of records) yield checked(file, each);
  }
}

/** The hash of the document that the incident was last imported from. */
async function importedAs({ store, caller }: VerbContext, incidentId: string): Promise<string | null> {
  const [row] = await store.read<{ sha256: string | null }[]>`
    select metadata -> 'import' ->> 'sha256' as sha256 from incident
     where tenant_id = ${caller.tenantId} and portable_id = ${incidentId}::uuid`;
  return row?.sha256 ?? null;
}

const incidentIdOf = ({ id, title, startedUs }: FrontMatter): string =>
  idOf('incident', id ?? `${title}\u0000${startedUs}`);

/** A UUIDv8 of what it is made of. */
function idOf(...identity: readonly string[]): string {
  const digest = createHash('sha256').update(identity.join('\u0000')).digest('hex');
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

function checked({ path: file, text }: DocumentFile, input: RecordInput): NumberedRecord | LineFault {
  const parsed = record.safeParse(input);
  if (parsed.success) return { file, line: 1, record: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    file,
    line: 1,
    field: issue!.path.join('.') || null,
    reason: `${input.kind}: ${issue!.message}`,
    text,
  };
}

interface Import {
  readonly file: DocumentFile;
  readonly sha256: string;
  readonly nowUs: Micros;
}

function recordsOf(
  document: Document,
  id: string,
  { file, sha256, nowUs }: Import,
): { records: RecordInput[]; faults: LineFault[] } {
  const { frontMatter } = document;
  const { examples, faults } = examplesOf(document, id, nowUs);
  if (frontMatter.startedUs > nowUs + US_PER_DAY)
    faults.push({ line: 1, field: 'started', reason: 'It lies in the future: correct the date' });
  const hosts = [...new Set([...frontMatter.hosts, ...examples.flatMap(({ host }) => host ?? [])])];
  const signatures = [
    ...new Set([
      ...frontMatter.signatures.filter((s) => KEY.test(s)),
      ...examples.map((e) => e.signature.key),
    ]),
  ];
  const times = { createdAt: formatMicros(file.editedUs), updatedAt: formatMicros(file.editedUs) };
  const source = { import: { file: file.path, sha256 } };
  const made = { incidentId: id, title: frontMatter.title, signatures, metadata: source, times };
  return {
    faults,
    records: [
      ...hosts.map((hostname): RecordInput => ({ kind: 'asset', hostname, ...times })),
      ...recordsOfExamples(examples, nowUs),
      incidentOf(document, { ...made, hosts, examples, nowUs }),
      ...examples.map(
        ({ id: exampleId, atUs, line }): RecordInput => ({
          kind: 'example',
          incident: id,
          at: formatMicros(atUs),
          id: exampleId,
          line,
        }),
      ),
      ...document.lessons.flatMap((advice) => lessonOf(advice, made)),
      ...document.firstSteps.flatMap((advice) => hintOf(advice, made)),
      ...linksOf(id, examples, times.createdAt),
    ],
  };
}

function examplesOf({ frontMatter, logs }: Document, identity: string, nowUs: Micros) {
  const { startedUs, ended, hosts, services, signatures } = frontMatter;
  const place = {
    startedUs,
    endedUs: ended ?? startedUs,
    nowUs,
    host: hosts.length === 1 ? hosts[0]! : null,
    service: services[0] ?? null,
  };
  const blocks = [...signatures.filter((s) => !KEY.test(s)).map((text) => ({ text, line: 1 })), ...logs];
  const read = blocks.map(({ text, line }, i) =>
    readExamples(text, line, { ...place, identity: `${identity}#${i}` }),
  );
  return { examples: read.flatMap((r) => r.examples), faults: read.flatMap((r) => r.faults) };
}

interface Made {
  readonly incidentId: string;
  readonly title: string;
  readonly signatures: string[];
  readonly metadata: Record<string, unknown>;
  readonly times: { readonly createdAt: string; readonly updatedAt: string };
}

function incidentOf(
  { frontMatter, summary }: Document,
  made: Made & { hosts: string[]; examples: readonly Example[]; nowUs: Micros },
): RecordInput {
  const { title, type, impact, status, services, confidence } = frontMatter;
  const ends = made.examples.map(({ atUs }) => atUs);
  const fromUs = Math.min(frontMatter.startedUs, ...ends);
  const toUs = Math.max(frontMatter.ended ?? frontMatter.startedUs, ...ends);
  const isOld = toUs < made.nowUs - INCIDENT_ACTIVE_DAYS * US_PER_DAY;
  const settled = status ?? (isOld ? 'HISTORICAL' : 'ACTIVE');
  return {
    kind: 'incident',
    id: made.incidentId,
    title,
    summary: shortened(summary === '' ? title : summary, MAX_CHARS.summary),
    incidentType: type,
    firstObservedAt: formatMicros(fromUs),
    lastObservedAt: formatMicros(toUs),
    recurrences: 1,
    impactLevel: impact,
    confidence: Math.round(confidence * MILLION),
    status: settled,
    settledStatus: status ?? 'ACTIVE',
    settledAt: status === undefined ? null : formatMicros(toUs),
    metadata: {
      ...frontMatter.further,
      ...(services.length === 0 ? {} : { services }),
      ...made.metadata,
    },
    signatures: made.signatures,
    hosts: made.hosts,
    stretches: [[formatMicros(fromUs), formatMicros(toUs)]],
    ...made.times,
  };
}

const firstSentence = (text: string): string =>
  shortened(
    text
      .replace(/^[\s>*+\-\d.#]+/, '')
      .split(/(?<=[.!?])\s|\n/)[0]!
      .replace(/[*_`]/g, '')
      .trim(),
    ADVICE_TITLE_CHARS,
  );

const titleOf = ({ title, text }: Advice, incident: string): string =>
  shortened(title ?? (firstSentence(text) || incident), MAX_CHARS.title);

function lessonOf(advice: Advice, { incidentId, title, metadata, times }: Made): RecordInput[] {
  const id = idOf('lesson', incidentId, advice.title ?? '');
  return [
    {
      kind: 'lesson',
      id,
      title: titleOf(advice, title),
      summary: shortened(`Learned from "${title}".`, MAX_CHARS.summary),
      recommendation: shortened(advice.text, MAX_CHARS.recommendation),
      confidence: MILLION / 2,
      metadata,
      incidents: [incidentId],
      ...times,
    },
    link({ type: 'Incident', key: incidentId }, { type: 'Lesson', key: id }, 'TAUGHT', times.createdAt),
  ];
}

function hintOf(advice: Advice, { incidentId, title, signatures, metadata, times }: Made): RecordInput[] {
  const id = idOf('hint', incidentId, advice.title ?? '');
  const source = { type: 'RunbookHint', key: id } as const;
  return [
    {
      kind: 'hint',
      id,
      title: titleOf(advice, title),
      hintText: shortened(advice.text, MAX_CHARS.hintText),
      priority: 0,
      confidence: hintConfidence({ worked: 0, failed: 0 }),
      shown: 0,
      worked: 0,
      failed: 0,
      metadata,
      signatures,
      incidents: [incidentId],
      ...times,
    },
    link(source, { type: 'Incident', key: incidentId }, 'HINTS_AT', times.createdAt),
    ...signatures.map((key) => link(source, { type: 'Signature', key }, 'HINTS_AT', times.createdAt)),
  ];
}

type End = Extract<RecordInput, { kind: 'link' }>['source'];
type LinkType = Extract<RecordInput, { kind: 'link' }>['linkType'];

const link = (source: End, target: End, linkType: LinkType, createdAt: string): RecordInput => ({
  kind: 'link',
  source,
  target,
  linkType,
  createdAt,
});

const linksOf = (incidentId: string, examples: readonly Example[], createdAt: string): RecordInput[] =>
  examples.flatMap(({ id, signature }) => [
    link({ type: 'Event', key: id }, { type: 'Signature', key: signature.key }, 'SIGNED_AS', createdAt),
    link({ type: 'Event', key: id }, { type: 'Incident', key: incidentId }, 'EVIDENCE_OF', createdAt),
  ]);
