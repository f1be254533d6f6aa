// The node types: which table each is read from, and how one of its rows is named.
import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { NodeType } from '../domain/words.ts';
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
import { builder } from './builder.ts';
import type { NodeTable } from './plan/declare.ts';
import type { Planned } from './plan/row.ts';
import type { Row, TenantScope, TenantTable } from './plan/scope.ts';

type NodeOptions<T extends TenantTable> = Partial<Pick<NodeTable<T>, 'keyType' | 'isNamed' | 'listed'>>;

function nodeRef<Name extends NodeType, T extends TenantTable>(
  type: Name,
  table: T,
  key: (row: Row<T>) => AnyPgColumn,
  options: NodeOptions<T> = {},
) {
  const node: NodeTable<T> = { type, table, key, keyType: 'bigint', ...options };
  nodeTables.set(type, node as unknown as NodeTable);
  return Object.assign(builder.objectRef<Planned<Name>>(type), { node });
}

/** A reference to a GraphQL type whose rows the planner reads. */
export type NodeTypeRef<Name extends NodeType, T extends TenantTable> = ReturnType<typeof nodeRef<Name, T>>;

/** Every node type's table, by type name. */
export const nodeTables = new Map<NodeType, NodeTable>();

export const Tenant = nodeRef('Tenant', tenant, (row) => row.tenantId);
export const Asset = nodeRef('Asset', asset, (row) => row.assetId);
export const Source = nodeRef('Source', source, (row) => row.sourceId);
export const RejectedInput = nodeRef('RejectedInput', rejectedInput, (row) => row.rejectedId);
export const Event = nodeRef('Event', event, (row) => row.eventId, {
  keyType: 'uuid',
  isNamed: (row, key) => sql`${row.eventId} = ${key}::uuid and ${withinMillisecondOf(row.ts, key)}`,
});
export const Signature = nodeRef('Signature', signature, (row) => row.signatureId, {
  listed: (row) => sql`${row.occurrenceCount} > 0`,
});
export const Signal = nodeRef('Signal', signal, (row) => row.signalId);
export const CorrelationGroup = nodeRef('CorrelationGroup', correlationGroup, (row) => row.groupId);
export const Candidate = nodeRef('Candidate', candidate, (row) => row.candidateId, {
  isNamed: (row, key, scope) => sql`${row.candidateId} = ${afterRedirects(key, scope)}`,
  listed: (row) => sql`not ${row.withdrawn} and ${row.redirectedToId} is null`,
});
export const Incident = nodeRef('Incident', incident, (row) => row.incidentId, {
  listed: (row) => sql`${row.mergedIntoId} is null`,
});
export const Lesson = nodeRef('Lesson', lesson, (row) => row.lessonId);
export const RunbookHint = nodeRef('RunbookHint', runbookHint, (row) => row.hintId);
export const Review = nodeRef('Review', review, (row) => row.reviewId);
export const ProvenanceLink = nodeRef('ProvenanceLink', provenanceLink, (row) => row.linkId);
export const RemovedLink = nodeRef('RemovedLink', removedLink, (row) => row.linkId);
export const Rule = nodeRef('Rule', rule, (row) => row.ruleId);
export const LessonProposal = nodeRef('LessonProposal', lessonProposal, (row) => row.proposalId);
export const EvidenceLine = nodeRef('EvidenceLine', incidentEvent, (row) => row.evidenceId);
export const Change = nodeRef('Change', change, (row) => row.changeId);
export const SignatureBinding = nodeRef('SignatureBinding', signatureConstraint, (row) => row.constraintId);

// An event's id opens with its millisecond (RFC 9562 section 5.8), so that a lookup touches one partition.
function withinMillisecondOf(ts: AnyPgColumn, key: SQL): SQL {
  const hex = sql`substr(replace(${key}::text, '-', ''), 1, 12)`;
  const start = sql`timestamptz 'epoch' + ('x' || ${hex})::bit(48)::bigint * interval '1 millisecond'`;
  return sql`${ts} >= ${start} and ${ts} < ${start} + interval '1 millisecond'`;
}

/** The candidate that `key` became part of, itself included; a chain of joins has no circle. */
function afterRedirects(key: SQL, scope: TenantScope): SQL {
  const first = scope.table(candidate);
  const next = scope.table(candidate);
  const hop = (row: Row<typeof candidate>) => sql`${row.candidateId}, ${row.redirectedToId}`;
  return sql`(with recursive hop(id, next_id) as (
    select ${hop(first.row)} from ${first.from} where ${first.mine} and ${first.row.candidateId} = ${key}::bigint
    union
    select ${hop(next.row)} from hop join ${next.from} on ${next.mine} and ${next.row.candidateId} = hop.next_id
  ) select id from hop where next_id is null)`;
}
