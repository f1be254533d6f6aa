import { sql } from 'drizzle-orm';
import { candidateSignature } from '../../store/tables/candidate.ts';
import { hintSignature } from '../../store/tables/lesson.ts';
import { incidentSignature } from '../../store/tables/memory.ts';
import { signature } from '../../store/tables/signature.ts';
import { Bucket, BucketSize } from '../bucket.ts';
import { builder } from '../builder.ts';
import { CandidateFilter } from '../candidate-filter.ts';
import { SignatureScopeEnum } from '../enums.ts';
import { EVENT_COUNT_LIMIT, EventFilter } from '../event-filter.ts';
import { withMembers } from '../families.ts';
import { fan } from '../fields.ts';
import { filterInput } from '../filters.ts';
import { loadHistogram } from '../histogram.ts';
import { implementNode } from '../node.ts';
import { Candidate, Event, Incident, RunbookHint, Signature, Tenant } from '../nodes.ts';
import {
  candidatesByLastSeen,
  eventsNewestFirst,
  formsOldestFirst,
  hintsByRank,
  incidentsNewestFirst,
  signaturesByFirstSeen,
  signaturesByLastSeen,
  signaturesByOccurrences,
  signaturesByScore,
} from '../orders.ts';
import { loadParameters, SignatureParameter } from '../parameters.ts';
import { provenanceField } from '../provenance-field.ts';
import { rootConnection } from '../root.ts';

implementNode(Signature, {
  description: 'A family of events of one shape: the words that stay, `<*>` where values vary.',
  fields: (t) => ({
    tenant: t.one(Tenant, {
      nullable: true,
      description: 'Whose signature it is; null for a GLOBAL one.',
      on: () => undefined,
    }),
    scope: t.column('scope', { type: SignatureScopeEnum, description: 'For whom it holds.' }),
    key: t.column('key', { type: 'String', description: 'A hash of the canonical form and its service.' }),
    version: t.column('version', {
      type: 'Int',
      description: 'The version of the algorithm that signed it.',
    }),
    eventFamily: t.column('eventFamily', {
      type: 'String',
      description: 'Service and class of what happened.',
    }),
    service: t.computed({
      from: (s) => ({ service: s.service }),
      type: 'String',
      nullable: true,
      description: 'The program or service whose messages it holds.',
      resolve: ({ service }) => service || null,
    }),
    pattern: t.column('pattern', { type: 'String', description: 'The message with `<*>` for each value.' }),
    part: t.column('part', {
      type: 'String',
      nullable: true,
      description:
        'Of which messages with its words it is, where people split them: `httpStatus = 500`. null: of all.',
    }),
    exampleMessage: t.column('exampleMessage', {
      type: 'String',
      description: 'One message of it, in full.',
    }),
    firstSeenAt: t.column('firstSeenAt', { type: 'DateTime', description: 'The time of its first event.' }),
    lastSeenAt: t.column('lastSeenAt', { type: 'DateTime', description: 'The time of its last event.' }),
    occurrenceCount: t.column('occurrenceCount', {
      type: 'SafeInt',
      description: 'How many events; what came within the last second may not be counted yet.',
    }),
    score: t.millionths('score', {
      description:
        'How much it deserves a look, 0 to 1: how alarming its words and worst severity are, and the best score of its candidates.',
    }),
    metadata: t.column('metadata', { type: 'JSON', nullable: true, description: "The tenant's own data." }),
    parameters: t.computed({
      from: (s) => ({ id: s.signatureId }),
      type: [SignatureParameter],
      description: 'What its `<*>` stand for: read from all its events, or from an even sample of them.',
      resolve: ({ id }, _args, context, info) => loadParameters(context, id, info),
    }),
    histogram: t.computed({
      from: (s) => ({ id: s.signatureId, lastSeenAt: s.lastSeenAt }),
      type: [Bucket],
      description:
        'Its events per bucket. A bucket in which its assets were silent counts null: nobody knows.',
      args: builder.args((a) => ({
        bucket: a.field({
          type: BucketSize,
          required: true,
          defaultValue: 'M5',
          description: 'The width of a bucket.',
        }),
        from: a.field({ type: 'DateTime', description: 'The start; default: 288 buckets before the end.' }),
        to: a.field({ type: 'DateTime', description: 'The end; default: the last event.' }),
      })),
      resolve: ({ id, lastSeenAt }, args, context, info) =>
        loadHistogram(context, id, lastSeenAt, args, info),
    }),
    mergedInto: t.one(Signature, {
      nullable: true,
      description: 'The signature that this one was merged into.',
      on: (s, into) => sql`${into.signatureId} = ${s.mergedIntoId}`,
    }),
    forms: t.list(Signature, {
      description: 'The signatures of other words that were merged into it, the oldest first.',
      on: (s, form) => sql`${form.mergedIntoId} = ${s.signatureId}`,
      order: formsOldestFirst,
      unlisted: true,
    }),
    events: t.connection(Event, {
      description: 'Its events, and those of the signatures merged into it, newest first.',
      fan: fan(
        signature,
        (m, s, scope) => sql`${m.signatureId} in ${withMembers(scope, () => sql`(select ${s.signatureId})`)}`,
        (m, e) => sql`${e.signatureId} = ${m.signatureId}`,
      ),
      on: () => undefined,
      order: eventsNewestFirst,
      filter: EventFilter,
      countLimit: EVENT_COUNT_LIMIT,
    }),
    candidates: t.connection(Candidate, {
      description: 'Candidates with it among their evidence, last seen first.',
      on: (s, c, scope) =>
        scope.exists(
          candidateSignature,
          (cs) => sql`${cs.candidateId} = ${c.candidateId} and ${cs.signatureId} = ${s.signatureId}`,
        ),
      order: candidatesByLastSeen,
      filter: CandidateFilter,
    }),
    incidents: t.connection(Incident, {
      description: 'Incidents that it took part in, last observed first.',
      on: (s, i, scope) =>
        scope.exists(
          incidentSignature,
          (is) => sql`${is.incidentId} = ${i.incidentId} and ${is.signatureId} = ${s.signatureId}`,
        ),
      order: incidentsNewestFirst,
    }),
    runbookHints: t.list(RunbookHint, {
      description: 'What to try first when it shows up, best first.',
      on: (s, h, scope) =>
        scope.exists(
          hintSignature,
          (hs) => sql`${hs.hintId} = ${h.hintId} and ${hs.signatureId} = ${s.signatureId}`,
        ),
      order: hintsByRank,
    }),
    ...provenanceField(t, 'Signature', (s) => s.signatureId),
  }),
});

const SignatureFilter = filterInput(
  'SignatureFilter',
  signature,
  'Which signatures; all that is given must match.',
  {
    service: { type: 'String', description: 'Of this service.', where: (s, v) => sql`${s.service} = ${v}` },
    text: {
      type: 'String',
      description: 'The pattern or its example holds this text, letter case aside.',
      where: (s, v) => sql`strpos(lower(${s.pattern} || ' ' || ${s.exampleMessage}), lower(${v})) > 0`,
    },
    newSince: {
      type: 'DateTime',
      description: 'First seen at or after this moment.',
      where: (s, at) => sql`${s.firstSeenAt} >= ${at}`,
    },
    minOccurrences: {
      type: 'Int',
      description: 'Seen at least this often.',
      where: (s, n) => sql`${s.occurrenceCount} >= ${n}`,
    },
  },
);

const SignatureOrder = builder.enumType('SignatureOrder', {
  description: 'Which signatures come first.',
  values: {
    LAST_SEEN: { description: 'Seen last.' },
    FIRST_SEEN: { description: 'The newest: first seen last.' },
    OCCURRENCES: { description: 'Seen most often.' },
    SCORE: { description: 'The highest score.' },
  },
});

rootConnection('signatures', Signature, {
  description: 'Families of events, by when they were last seen unless `orderBy` says otherwise.',
  filter: SignatureFilter,
  orders: [signaturesByLastSeen, signaturesByFirstSeen, signaturesByOccurrences, signaturesByScore],
  orderBy: SignatureOrder,
});
