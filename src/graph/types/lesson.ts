import { sql } from 'drizzle-orm';
import { candidateLesson, incidentLesson, lesson, lessonSignature } from '../../store/tables/lesson.ts';
import { filterInput } from '../filters.ts';
import { livingIncident } from '../merged-incidents.ts';
import { implementNode } from '../node.ts';
import { Candidate, Incident, Lesson, RemovedLink, Review, Signature, Tenant } from '../nodes.ts';
import {
  candidatesByLastSeen,
  incidentsNewestFirst,
  lessonsNewestFirst,
  removalsNewestFirst,
  reviewsNewestFirst,
  signaturesByLastSeen,
} from '../orders.ts';
import { provenanceField } from '../provenance-field.ts';
import { rootConnection } from '../root.ts';

implementNode(Lesson, {
  description: 'What was learned, and what to do next time.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose lesson it is.', on: () => undefined }),
    title: t.column('title', { type: 'String', description: 'The lesson in a line.' }),
    summary: t.column('summary', { type: 'String', description: 'What was learned.' }),
    recommendation: t.column('recommendation', { type: 'String', description: 'What to do next time.' }),
    confidence: t.millionths('confidence', { description: 'How well founded it is, 0 to 1.' }),
    metadata: t.column('metadata', { type: 'JSON', nullable: true, description: "The tenant's own data." }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it was written.' }),
    updatedAt: t.column('updatedAt', { type: 'DateTime', description: 'When it was last edited.' }),
    incidents: t.list(Incident, {
      description: 'The incidents that taught it, last observed first.',
      on: (l, i, scope) =>
        scope.exists(
          incidentLesson,
          (il) => sql`${il.incidentId} = ${i.incidentId} and ${il.lessonId} = ${l.lessonId}`,
        ),
      order: incidentsNewestFirst,
    }),
    candidates: t.list(Candidate, {
      description: 'The candidates that taught it, last seen first.',
      on: (l, c, scope) =>
        scope.exists(
          candidateLesson,
          (cl) => sql`${cl.candidateId} = ${c.candidateId} and ${cl.lessonId} = ${l.lessonId}`,
        ),
      order: candidatesByLastSeen,
    }),
    signatures: t.list(Signature, {
      description: 'The signatures that taught it, last seen first.',
      on: (l, s, scope) =>
        scope.exists(
          lessonSignature,
          (ls) => sql`${ls.signatureId} = ${s.signatureId} and ${ls.lessonId} = ${l.lessonId}`,
        ),
      order: signaturesByLastSeen,
    }),
    reviews: t.list(Review, {
      description: 'What people judged of it, newest first.',
      on: (l, r) => sql`${r.lessonId} = ${l.lessonId}`,
      order: reviewsNewestFirst,
    }),
    removedLinks: t.list(RemovedLink, {
      description: 'What it is no longer linked with, last taken away first: who did it, and why.',
      on: (l, r) =>
        sql`${r.targetType} = 'Lesson' and ${r.targetKey} = ${l.lessonId}::text and ${r.linkType} = 'TAUGHT'`,
      order: removalsNewestFirst,
    }),
    ...provenanceField(t, 'Lesson', (l) => l.lessonId),
  }),
});

const LessonFilter = filterInput('LessonFilter', lesson, 'Which lessons; all that is given must match.', {
  text: {
    type: 'String',
    description: 'Title, summary or recommendation hold this text, letter case aside.',
    where: (l, v) =>
      sql`strpos(lower(${l.title} || ' ' || ${l.summary} || ' ' || ${l.recommendation}), lower(${v})) > 0`,
  },
  incidentId: {
    id: 'Incident',
    description: 'Taught by this incident.',
    where: (l, id, scope) =>
      scope.exists(
        incidentLesson,
        (il) => sql`${il.incidentId} = ${livingIncident(scope, id)} and ${il.lessonId} = ${l.lessonId}`,
      ),
  },
  candidateId: {
    id: 'Candidate',
    description: 'Taught by this candidate.',
    where: (l, id, scope) =>
      scope.exists(
        candidateLesson,
        (cl) => sql`${cl.candidateId} = ${id} and ${cl.lessonId} = ${l.lessonId}`,
      ),
  },
});

rootConnection('lessons', Lesson, {
  description: 'Lessons, last edited first.',
  filter: LessonFilter,
  orders: [lessonsNewestFirst],
  temporal: true,
});
