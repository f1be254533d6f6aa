import { sql } from 'drizzle-orm';
import { hintIncident, incidentLesson } from '../../store/tables/lesson.ts';
import { incident, incidentCandidate, incidentEvent, incidentSignature } from '../../store/tables/memory.ts';
import { ImpactLevelEnum, IncidentStatusEnum } from '../enums.ts';
import { rootOf } from '../families.ts';
import { filterInput } from '../filters.ts';
import { withMerged } from '../merged-incidents.ts';
import { implementNode } from '../node.ts';
import {
  Candidate,
  Event,
  EvidenceLine,
  Incident,
  Lesson,
  Review,
  RunbookHint,
  Signature,
  Tenant,
} from '../nodes.ts';
import {
  candidatesByLastSeen,
  eventsNewestFirst,
  hintsByRank,
  incidentsNewestFirst,
  lessonsNewestFirst,
  linesNewestFirst,
  reviewsNewestFirst,
  signaturesByLastSeen,
} from '../orders.ts';
import { provenanceField } from '../provenance-field.ts';
import { rootConnection } from '../root.ts';

implementNode(Incident, {
  description: 'What a person decided to remember.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose incident it is.', on: () => undefined }),
    title: t.column('title', { type: 'String', description: 'The incident in a line.' }),
    summary: t.column('summary', { type: 'String', description: 'What happened.' }),
    incidentType: t.column('incidentType', { type: 'String', description: 'What kind of incident.' }),
    firstObservedAt: t.column('firstObservedAt', {
      type: 'DateTime',
      description: 'When it first happened.',
    }),
    lastObservedAt: t.column('lastObservedAt', {
      type: 'DateTime',
      description: 'When one of its signatures last fired. It keeps up by itself.',
    }),
    recurrenceCount: t.column('recurrenceCount', {
      type: 'Int',
      description:
        'How often it happened: the stretches, without a pause of 30 minutes, in which its signatures fired on any asset since it was first observed. It keeps up by itself; of a problem and its recovery the problem counts.',
    }),
    impactLevel: t.column('impactLevel', { type: ImpactLevelEnum, description: 'How much it hurt.' }),
    confidence: t.millionths('confidence', { description: 'How well founded it is, 0 to 1.' }),
    status: t.column('status', {
      type: IncidentStatusEnum,
      description:
        'Whether it still counts. Active becomes historical by age (MNEMOGRAPH_INCIDENT_ACTIVE_DAYS, by the time of the newest event), and active again when it recurs.',
    }),
    metadata: t.column('metadata', { type: 'JSON', nullable: true, description: "The tenant's own data." }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it was promoted.' }),
    updatedAt: t.column('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    mergedInto: t.one(Incident, {
      nullable: true,
      description: 'The incident that this one became part of; lists show that one instead.',
      on: (i, into) => sql`${into.incidentId} = ${i.mergedIntoId}`,
    }),
    candidates: t.list(Candidate, {
      description: 'The candidates that it was made of, last seen first.',
      on: (i, c, scope) =>
        scope.exists(
          incidentCandidate,
          (ic) => sql`${ic.incidentId} = ${i.incidentId} and ${ic.candidateId} = ${c.candidateId}`,
        ),
      order: candidatesByLastSeen,
    }),
    signatures: t.list(Signature, {
      description: 'The signatures that took part, last seen first.',
      on: (i, s, scope) =>
        scope.exists(
          incidentSignature,
          (is) => sql`${is.incidentId} = ${i.incidentId} and ${is.signatureId} = ${s.signatureId}`,
        ),
      order: signaturesByLastSeen,
    }),
    events: t.list(Event, {
      description:
        "Example events that have not expired, newest first; see `evidence`. All there are, are in its candidates' events.",
      on: (i, e, scope) =>
        sql`(${e.ts}, ${e.eventId}) in ${scope.select(
          incidentEvent,
          (ie) => sql`${ie.eventTs}, ${ie.eventId}`,
          (ie) => sql`${ie.incidentId} in ${withMerged(scope, i.incidentId)}`,
        )}`,
      order: eventsNewestFirst,
    }),
    evidence: t.connection(EvidenceLine, {
      description: 'Raw lines that it keeps of its evidence, newest first: they stay when the events expire.',
      on: (i, line, scope) => sql`${line.incidentId} in ${withMerged(scope, i.incidentId)}`,
      order: linesNewestFirst,
    }),
    lessons: t.list(Lesson, {
      description: 'What was learned from it, last edited first.',
      on: (i, l, scope) =>
        scope.exists(
          incidentLesson,
          (il) => sql`${il.incidentId} = ${i.incidentId} and ${il.lessonId} = ${l.lessonId}`,
        ),
      order: lessonsNewestFirst,
    }),
    runbookHints: t.list(RunbookHint, {
      description: 'What to try first when it comes back, best first.',
      on: (i, h, scope) =>
        scope.exists(
          hintIncident,
          (hi) => sql`${hi.hintId} = ${h.hintId} and ${hi.incidentId} = ${i.incidentId}`,
        ),
      order: hintsByRank,
    }),
    reviews: t.list(Review, {
      description: 'What people judged of it, newest first.',
      on: (i, r, scope) => sql`${r.incidentId} in ${withMerged(scope, i.incidentId)}`,
      order: reviewsNewestFirst,
    }),
    ...provenanceField(t, 'Incident', (i) => i.incidentId),
  }),
});

const IncidentFilter = filterInput(
  'IncidentFilter',
  incident,
  'Which incidents; all that is given must match.',
  {
    statuses: {
      type: [IncidentStatusEnum],
      description: 'In one of these states.',
      where: (i, statuses) => sql`${i.status} = any(${statuses})`,
    },
    impactLevels: {
      type: [ImpactLevelEnum],
      description: 'With one of these impacts.',
      where: (i, levels) => sql`${i.impactLevel} = any(${levels})`,
    },
    text: {
      type: 'String',
      description: 'Title or summary hold this text, letter case aside.',
      where: (i, v) => sql`strpos(lower(${i.title} || ' ' || ${i.summary}), lower(${v})) > 0`,
    },
    signatureId: {
      id: 'Signature',
      description: 'With this signature.',
      where: (i, id, scope) =>
        scope.exists(
          incidentSignature,
          (is) => sql`${is.incidentId} = ${i.incidentId} and ${is.signatureId} = ${rootOf(scope, id)}`,
        ),
    },
    since: {
      type: 'DateTime',
      description: 'Observed at or after this moment.',
      where: (i, at) => sql`${i.lastObservedAt} >= ${at}`,
    },
    until: {
      type: 'DateTime',
      description: 'First observed before this moment.',
      where: (i, at) => sql`${i.firstObservedAt} < ${at}`,
    },
  },
);

rootConnection('incidents', Incident, {
  description: 'Incidents, last observed first.',
  filter: IncidentFilter,
  orders: [incidentsNewestFirst],
  temporal: true,
});
