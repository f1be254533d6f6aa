// A small memory in which everything points at everything else, written straight into the tables. Keys are `base`
// plus a number, so that two tenants can be given rows with the very same keys.
import type { Caller } from '../../src/domain/caller.ts';
import { eventIdDigits, formatUuid } from '../../src/domain/event-id.ts';
import { formatMicros, type Micros, parseMicros, US_PER_MINUTE } from '../../src/domain/time.ts';
import { EventPartitions } from '../../src/store/partitions.ts';
import type { Store, WriteDb } from '../../src/store/store.ts';
import { asset } from '../../src/store/tables/asset.ts';
import * as candidates from '../../src/store/tables/candidate.ts';
import * as detection from '../../src/store/tables/detection.ts';
import { event, featureBucket } from '../../src/store/tables/event.ts';
import * as lessons from '../../src/store/tables/lesson.ts';
import * as memory from '../../src/store/tables/memory.ts';
import { provenanceLink, removedLink, review } from '../../src/store/tables/review.ts';
import { entityBucket } from '../../src/store/tables/rule.ts';
import { signature, signatureConstraint } from '../../src/store/tables/signature.ts';
import { ingestBatch, origin, rejectedInput, source } from '../../src/store/tables/source.ts';
import { ensureTenant } from '../../src/store/tenants.ts';

export const SEED_START_US = parseMicros('2026-03-10T08:00:00Z') as Micros;
const eventIdOf = (us: Micros, identity: string): string => formatUuid(eventIdDigits(us, identity));

const at = (minutes: number): string => formatMicros(SEED_START_US + minutes * US_PER_MINUTE);

export interface Seed {
  readonly caller: Caller;
  /** The key of the row numbered `n`. */
  key(n: number): string;
  /** Newest first. */
  readonly eventIds: readonly string[];
}

/** Row numbers, in the order of the tables. */
export const ROW = {
  source: 1,
  origin: 2,
  batch: 3,
  asset: 10,
  otherAsset: 11,
  signature: 20,
  otherSignature: 21,
  unseenSignature: 22,
  mergedSignature: 23,
  signal: 30,
  group: 40,
  candidate: 50,
  otherCandidate: 51,
  redirectedCandidate: 52,
  withdrawnCandidate: 53,
  incident: 60,
  lesson: 70,
  hint: 80,
  candidateReview: 90,
  incidentReview: 91,
  lessonReview: 92,
  link: 100,
  rejected: 110,
  change: 120,
  binding: 125,
  evidence: 126,
  proposal: 127,
} as const;

/** `marker` is part of every text of the tenant. 12 events, pairs of which share their microsecond. */
export async function seedTenant(
  store: Store,
  slug: string,
  options: { base: number; marker: string },
): Promise<Seed> {
  const tenantId = await ensureTenant(store, slug);
  const key = (n: number) => String(options.base + n);
  const seed: Context = { db: store.db, tenantId, key, text: (words) => `${words} ${options.marker}` };
  await seedSources(seed, options.marker);
  await seedSignatures(seed);
  const eventIds = await seedEvents(seed, store, options.marker);
  await seedDetections(seed, eventIds[0]!);
  await seedCandidates(seed, eventIds);
  await seedMemory(seed, eventIds);
  await seedReviews(seed, eventIds[0]!);
  return { caller: { tenantId, tenantSlug: slug, actor: 'tester' }, key, eventIds };
}

interface Context {
  readonly db: WriteDb;
  readonly tenantId: number;
  readonly key: (n: number) => string;
  readonly text: (words: string) => string;
}

async function seedSources({ db, tenantId, key, text }: Context, marker: string): Promise<void> {
  const sourceId = key(ROW.source);
  await db.insert(source).values({
    tenantId,
    sourceId,
    name: text('syslog'),
    connector: 'syslog',
    received: 13,
    rejected: 1,
    lastEventAt: at(11),
    lastReceivedAt: at(12),
  });
  await db.insert(origin).values({
    tenantId,
    originId: key(ROW.origin),
    sourceId,
    sourceType: 'SYSLOG',
    host: `web1-${marker}`,
    service: 'sshd',
  });
  await db.insert(ingestBatch).values({
    tenantId,
    batchId: key(ROW.batch),
    key: text('batch'),
    sourceId,
    contentHash: 'x',
    inputCount: 13,
    n: 12,
    minTs: at(0),
    maxTs: at(11),
    referenceAt: at(12),
    receivedAt: at(12),
    storedAt: at(12),
    folded: true,
  });
  await db.insert(rejectedInput).values({
    tenantId,
    rejectedId: key(ROW.rejected),
    sourceId,
    index: 12,
    code: 'VALIDATION',
    reason: text('too old'),
    payload: text('payload'),
    request: { kind: 'line' },
    receivedAt: at(12),
  });
  const hosts = [
    { tenantId, assetId: key(ROW.asset), hostname: `web1-${marker}`, tags: [marker], metadata: { marker } },
    { tenantId, assetId: key(ROW.otherAsset), hostname: `web2-${marker}`, assetType: 'server' },
  ];
  await db.insert(asset).values(hosts);
  await db.insert(detection.change).values({
    tenantId,
    changeId: key(ROW.change),
    kind: 'deploy',
    title: text('deploy'),
    author: text('ci'),
    assetId: key(ROW.asset),
    startAt: at(5),
  });
}

async function seedSignatures({ db, tenantId, key, text }: Context): Promise<void> {
  const row = (n: number, count: number, more: Partial<typeof signature.$inferInsert> = {}) => ({
    tenantId,
    signatureId: key(n),
    key: `v1:${n}`,
    version: 1,
    service: 'sshd',
    eventFamily: 'sshd/authentication',
    pattern: text('Failed password for <*> from <*>'),
    exampleMessage: text('Failed password for root from 10.0.0.1'),
    firstSeenAt: at(0),
    lastSeenAt: at(11),
    occurrenceCount: count,
    worstSeverity: 4 as const,
    score: 700_000,
    ...more,
  });
  await db
    .insert(signature)
    .values([
      row(ROW.signature, 10),
      row(ROW.otherSignature, 2, { lastSeenAt: at(9), score: 100_000 }),
      row(ROW.unseenSignature, 0),
      row(ROW.mergedSignature, 1, { mergedIntoId: key(ROW.signature), lastSeenAt: at(8) }),
    ]);
  await db.insert(signatureConstraint).values({
    tenantId,
    constraintId: key(ROW.binding),
    kind: 'MUST_LINK',
    key: `v1:${ROW.signature}`,
    otherKey: `v1:${ROW.mergedSignature}`,
    detail: { anchors: [], parting: null },
    author: text('ada'),
    moved: { events: 1, candidates: 0, incidents: 0 },
  });
}

async function seedEvents(seed: Context, store: Store, marker: string): Promise<string[]> {
  const { db, tenantId, key, text } = seed;
  const hostname = `web1-${marker}`;
  const times = Array.from({ length: 12 }, (_, i) => SEED_START_US + (i >> 1) * 2 * US_PER_MINUTE + 125);
  await new EventPartitions(store.writePool).ensure(times, SEED_START_US);
  const rows = times.map((us, i) => ({
    tenantId,
    eventId: eventIdOf(us, `event ${i}`),
    ts: formatMicros(us),
    originId: key(ROW.origin),
    batchId: key(ROW.batch),
    signatureId: key(i === 3 ? ROW.mergedSignature : i < 2 ? ROW.otherSignature : ROW.signature),
    assetId: i === 5 ? null : key(i % 2 === 0 ? ROW.asset : ROW.otherAsset),
    severity: 4 as const,
    facility: 4,
    messageRaw: text(
      `<36>Mar 10 08:0${i >> 1}:00 web1 sshd[${400 + i}]: Failed password for root from 10.0.0.${i}`,
    ),
  }));
  await db.insert(event).values(rows);
  await db.insert(featureBucket).values(
    [0, 2, 4, 6, 8, 10].flatMap((minutes) => {
      const us = SEED_START_US + minutes * US_PER_MINUTE;
      const bucket = { tenantId, assetId: key(ROW.asset), minute: us / US_PER_MINUTE, worst: 4 as const };
      const counts = { n: 2, sourced: 2, firstUs: us, lastUs: us };
      return [
        { ...bucket, ...counts, signatureId: '0' },
        { ...bucket, ...counts, signatureId: key(ROW.signature) },
      ];
    }),
  );
  const minute = SEED_START_US / US_PER_MINUTE;
  const counts = { tenantId, n: 2, errors: 2, authFailures: 1 };
  await db.insert(entityBucket).values(
    [0, 2, 4, 6, 8, 10].flatMap((minutes) => [
      { ...counts, entityKind: 'ALL' as const, entity: '', minute: minute + minutes },
      { ...counts, entityKind: 'HOST' as const, entity: hostname, minute: minute + minutes },
      { ...counts, entityKind: 'USER' as const, entity: text('root'), minute: minute + minutes },
    ]),
  );
  await db.insert(detection.episode).values({
    tenantId,
    signatureId: key(ROW.signature),
    assetId: key(ROW.asset),
    startAt: at(0),
    endAt: at(10),
    eventCount: 12,
    sourced: 12,
    worst: 4,
  });
  const newestFirst = (a: (typeof rows)[number], b: (typeof rows)[number]) =>
    a.ts < b.ts || (a.ts === b.ts && a.eventId < b.eventId) ? 1 : -1;
  return [...rows].sort(newestFirst).map((row) => row.eventId);
}

async function seedDetections({ db, tenantId, key, text }: Context, newestEventId: string): Promise<void> {
  await db.insert(detection.signal).values({
    tenantId,
    signalId: key(ROW.signal),
    identity: 'spike',
    kind: 'SPIKE',
    sourceId: key(ROW.source),
    label: text('spike'),
    score: 0.9,
    severity: 4,
    eventId: newestEventId,
    eventTs: formatMicros(SEED_START_US + 10 * US_PER_MINUTE + 125),
    signatureId: key(ROW.signature),
    assetId: key(ROW.asset),
    text: text('too many'),
    observedAt: at(10),
    detectedAt: at(12),
    baseline: 0.5,
    observed: 12,
  });
  const groupId = key(ROW.group);
  await db.insert(detection.correlationGroup).values({
    tenantId,
    groupId,
    identity: 'burst',
    groupType: 'BURST',
    startAt: at(0),
    endAt: at(10),
    entity: text('root'),
    severity: 4,
    eventCount: 12,
  });
  await db.insert(detection.groupAsset).values({ tenantId, groupId, assetId: key(ROW.asset) });
  await db.insert(detection.groupSignature).values({ tenantId, groupId, signatureId: key(ROW.signature) });
  await db.insert(detection.groupSignal).values({ tenantId, groupId, signalId: key(ROW.signal) });
}

async function seedCandidates(
  { db, tenantId, key, text }: Context,
  eventIds: readonly string[],
): Promise<void> {
  const row = (n: number, more: Partial<typeof candidates.candidate.$inferInsert> = {}) => ({
    tenantId,
    candidateId: key(n),
    type: 'BURST' as const,
    subject: `subject ${n}`,
    title: text('burst'),
    summary: text('12 events'),
    explanation: text('because'),
    firstSeenAt: at(0),
    lastSeenAt: at(11),
    score: 650_000,
    scoreBreakdown: [{ name: 'strength', input: 1, weight: 0.65, contribution: 650_000, reason: 'strong' }],
    decisionBand: 'URGENT_HUMAN_REVIEW' as const,
    confidence: 500_000,
    severity: 4 as const,
    episodeCount: 1,
    eventCount: 12,
    ...more,
  });
  await db.insert(candidates.candidate).values([
    row(ROW.candidate),
    row(ROW.otherCandidate, {
      type: 'RECURRENCE',
      score: 300_000,
      decisionBand: 'WATCH',
      state: 'DISMISSED',
    }),
    row(ROW.redirectedCandidate, { redirectedToId: key(ROW.candidate) }),
    row(ROW.withdrawnCandidate, { withdrawn: true }),
  ]);
  const candidateId = key(ROW.candidate);
  for (const id of [candidateId, key(ROW.otherCandidate)])
    await db
      .insert(candidates.candidateSignature)
      .values({ tenantId, candidateId: id, signatureId: key(ROW.signature) });
  await db.insert(candidates.candidateAsset).values({ tenantId, candidateId, assetId: key(ROW.asset) });
  await db.insert(candidates.candidateGroup).values({ tenantId, candidateId, groupId: key(ROW.group) });
  const eventTs = formatMicros(SEED_START_US + 10 * US_PER_MINUTE + 125);
  await db
    .insert(candidates.candidateEvent)
    .values({ tenantId, candidateId, eventTs, eventId: eventIds[0]! });
}

async function seedMemory({ db, tenantId, key, text }: Context, eventIds: readonly string[]): Promise<void> {
  const [incidentId, lessonId, hintId] = [key(ROW.incident), key(ROW.lesson), key(ROW.hint)];
  const [candidateId, signatureId] = [key(ROW.candidate), key(ROW.signature)];
  await db.insert(memory.incident).values({
    tenantId,
    incidentId,
    title: text('brute force'),
    summary: text('someone tried'),
    incidentType: 'BURST',
    firstObservedAt: at(0),
    lastObservedAt: at(11),
    recurrenceCount: 1,
    impactLevel: 'LOW',
    confidence: 600_000,
  });
  await db.insert(lessons.lesson).values({
    tenantId,
    lessonId,
    title: text('lock'),
    summary: text('s'),
    recommendation: text('r'),
    confidence: 1,
  });
  await db.insert(lessons.runbookHint).values({
    tenantId,
    hintId,
    title: text('hint'),
    hintText: text('block it'),
    confidence: 1,
    priority: 5,
  });
  await db.insert(memory.incidentCandidate).values({ tenantId, incidentId, candidateId });
  await db.insert(memory.incidentSignature).values({ tenantId, incidentId, signatureId });
  await db.insert(memory.incidentAsset).values({ tenantId, incidentId, assetId: key(ROW.asset) });
  await db.insert(memory.incidentEvent).values({
    tenantId,
    incidentId,
    eventTs: formatMicros(SEED_START_US + 10 * US_PER_MINUTE + 125),
    eventId: eventIds[0]!,
    messageRaw: text('line'),
    evidenceId: key(ROW.evidence),
  });
  await db.insert(lessons.lessonProposal).values({
    tenantId,
    proposalId: key(ROW.proposal),
    signatureId,
    title: text('proposal'),
    summary: text('two found it useful'),
    lessonId,
  });
  await db.insert(lessons.incidentLesson).values({ tenantId, incidentId, lessonId });
  await db.insert(lessons.candidateLesson).values({ tenantId, candidateId, lessonId });
  await db.insert(lessons.hintSignature).values({ tenantId, hintId, signatureId });
  await db.insert(lessons.hintIncident).values({ tenantId, hintId, incidentId });
}

async function seedReviews({ db, tenantId, key, text }: Context, newestEventId: string): Promise<void> {
  const judged = { tenantId, decision: 'USEFUL' as const, reviewer: text('ann'), notes: text('seen') };
  await db.insert(review).values([
    { ...judged, reviewId: key(ROW.candidateReview), candidateId: key(ROW.candidate), reviewedAt: at(20) },
    { ...judged, reviewId: key(ROW.incidentReview), incidentId: key(ROW.incident), reviewedAt: at(21) },
    { ...judged, reviewId: key(ROW.lessonReview), lessonId: key(ROW.lesson), reviewedAt: at(22) },
  ]);
  const link = (
    n: number,
    sourceType: 'Event' | 'Signature' | 'Candidate' | 'Incident',
    sourceKey: string,
    linkType: 'SIGNED_AS' | 'EVIDENCE_OF' | 'PROMOTED_TO' | 'TAUGHT',
    targetType: 'Signature' | 'Candidate' | 'Incident' | 'Lesson',
    targetKey: string,
  ) => ({ tenantId, linkId: key(ROW.link + n), sourceType, sourceKey, targetType, targetKey, linkType });
  const ids = { s: key(ROW.signature), c: key(ROW.candidate), i: key(ROW.incident), l: key(ROW.lesson) };
  await db
    .insert(provenanceLink)
    .values([
      link(0, 'Event', newestEventId, 'SIGNED_AS', 'Signature', ids.s),
      link(1, 'Event', newestEventId, 'EVIDENCE_OF', 'Candidate', ids.c),
      link(2, 'Signature', ids.s, 'EVIDENCE_OF', 'Candidate', ids.c),
      link(3, 'Candidate', ids.c, 'PROMOTED_TO', 'Incident', ids.i),
      link(4, 'Incident', ids.i, 'TAUGHT', 'Lesson', ids.l),
    ]);
  await db.insert(removedLink).values({
    ...link(5, 'Signature', ids.s, 'TAUGHT', 'Lesson', ids.l),
    createdAt: at(22),
    removedAt: at(23),
    removedBy: judged.reviewer,
    reason: judged.notes,
  });
}
