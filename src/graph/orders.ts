// Keyset orders: what comes first in each list, unless the caller chooses.
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { asset } from '../store/tables/asset.ts';
import { candidate } from '../store/tables/candidate.ts';
import { change, correlationGroup, signal } from '../store/tables/detection.ts';
import { event } from '../store/tables/event.ts';
import { lesson, lessonProposal, runbookHint } from '../store/tables/lesson.ts';
import { incident, incidentEvent } from '../store/tables/memory.ts';
import { provenanceLink, removedLink, review } from '../store/tables/review.ts';
import { rule } from '../store/tables/rule.ts';
import { signature, signatureConstraint } from '../store/tables/signature.ts';
import { rejectedInput, source } from '../store/tables/source.ts';
import { tenant } from '../store/tables/tenant.ts';
import type { Order } from './plan/declare.ts';
import type { Row, TenantTable } from './plan/scope.ts';

type Columns<T extends TenantTable> = (row: Row<T>) => readonly AnyPgColumn[];

/** Greatest (newest, highest) first. The columns are non-null; the last is the key. */
const descending = <T extends TenantTable>(name: string, _table: T, columns: Columns<T>): Order<T> => ({
  name,
  direction: 'desc',
  columns,
});

const ascending = <T extends TenantTable>(name: string, _table: T, columns: Columns<T>): Order<T> => ({
  name,
  direction: 'asc',
  columns,
});

export const tenantsBySlug = ascending('SLUG', tenant, (t) => [t.slug, t.tenantId]);
export const assetsByHostname = ascending('HOSTNAME', asset, (a) => [a.hostname, a.assetId]);
export const sourcesByName = ascending('NAME', source, (s) => [s.name, s.sourceId]);
export const rejectedNewestFirst = descending('RECEIVED', rejectedInput, (r) => [r.receivedAt, r.rejectedId]);

export const eventsNewestFirst = descending('TIMESTAMP', event, (e) => [e.ts, e.eventId]);

export const signaturesByLastSeen = descending('LAST_SEEN', signature, (s) => [s.lastSeenAt, s.signatureId]);
export const signaturesByFirstSeen = descending('FIRST_SEEN', signature, (s) => [
  s.firstSeenAt,
  s.signatureId,
]);
export const signaturesByOccurrences = descending('OCCURRENCES', signature, (s) => [
  s.occurrenceCount,
  s.signatureId,
]);
export const signaturesByScore = descending('SCORE', signature, (s) => [s.score, s.signatureId]);

export const formsOldestFirst = ascending('FIRST_SEEN', signature, (s) => [s.firstSeenAt, s.signatureId]);

export const signalsNewestFirst = descending('OBSERVED', signal, (s) => [s.observedAt, s.signalId]);
export const groupsNewestFirst = descending('START', correlationGroup, (g) => [g.startAt, g.groupId]);
export const changesNewestFirst = descending('START', change, (c) => [c.startAt, c.changeId]);

export const candidatesByScore = descending('SCORE', candidate, (c) => [c.score, c.candidateId]);
export const candidatesByLastSeen = descending('LAST_SEEN', candidate, (c) => [c.lastSeenAt, c.candidateId]);
export const candidatesByCreation = descending('CREATED', candidate, (c) => [c.createdAt, c.candidateId]);

export const incidentsNewestFirst = descending('LAST_OBSERVED', incident, (i) => [
  i.lastObservedAt,
  i.incidentId,
]);
export const lessonsNewestFirst = descending('UPDATED', lesson, (l) => [l.updatedAt, l.lessonId]);
export const hintsByRank = descending('RANK', runbookHint, (h) => [h.rank, h.hintId]);
export const linesNewestFirst = descending('TIMESTAMP', incidentEvent, (l) => [l.eventTs, l.evidenceId]);
export const proposalsNewestFirst = descending('UPDATED', lessonProposal, (p) => [p.updatedAt, p.proposalId]);
export const reviewsNewestFirst = descending('REVIEWED', review, (r) => [r.reviewedAt, r.reviewId]);
export const rulesInOrder = ascending('POSITION', rule, (r) => [r.position, r.ruleId]);
export const linksNewestFirst = descending('CREATED', provenanceLink, (l) => [l.createdAt, l.linkId]);
export const removalsNewestFirst = descending('REMOVED', removedLink, (l) => [l.removedAt, l.linkId]);
export const bindingsNewestFirst = descending('CREATED', signatureConstraint, (b) => [
  b.createdAt,
  b.constraintId,
]);
