// "Have we seen this before?"
import type {
  SeenBefore as Answer,
  PastEpisode,
  SeenBeforeInput as Question,
  RecalledIncident as Recalled,
  SimilarSignature as Similar,
  SeenBeforeVerdict as Verdict,
} from '../../memory/seen-before/answer.ts';
import { seenBefore } from '../../memory/seen-before/seen-before.ts';
import { type SeenElsewhere as Elsewhere, seenElsewhere } from '../../memory/seen-elsewhere.ts';
import { asOfArgument, readHere, setAsOf } from '../as-of.ts';
import { builder } from '../builder.ts';
import { Coverage } from '../coverage.ts';
import { EpisodeOutcomeEnum } from '../enums.ts';
import { requiredKey } from '../keys.ts';
import { Asset, Incident, Lesson, RunbookHint, Signature } from '../nodes.ts';
import { loaded, loadedList, loadedOrNull } from '../payload.ts';

const VERDICTS: Record<Verdict, { description: string }> = {
  YES: { description: 'Its exact signature has been seen.' },
  SIMILAR: { description: 'Not exactly, but something that resembles it has.' },
  NO: { description: 'Nothing like it, within the coverage shown.' },
  UNKNOWN: { description: 'Nothing was ever ingested, or a hole in memory lies where it was asked.' },
};

const SeenBeforeVerdict = builder.enumType('SeenBeforeVerdict', {
  description: 'Whether something was seen before.',
  values: VERDICTS,
});

const Episode = builder.objectRef<PastEpisode>('Episode').implement({
  description: 'A past burst of it: events without a pause of thirty minutes.',
  fields: (t) => ({
    startAt: t.expose('startUs', { type: 'DateTime', description: 'Its first event.' }),
    endAt: t.expose('endUs', { type: 'DateTime', description: 'Its last event.' }),
    eventCount: t.expose('eventCount', { type: 'SafeInt', description: 'How many events it had.' }),
    assets: loadedList(t, Asset, { description: 'Where it happened.', keys: (e) => e.assetIds }),
    outcome: t.expose('outcome', { type: EpisodeOutcomeEnum, description: 'How it ended.' }),
  }),
});

const SimilarSignature = builder.objectRef<Similar>('SimilarSignature').implement({
  description: 'A signature that resembles what was asked.',
  fields: (t) => ({
    signature: loaded(t, Signature, { description: 'The signature.', key: (s) => s.signatureId }),
    similarity: t.exposeFloat('similarity', { description: '0 to 1; 1: the same words in the same order.' }),
    reason: t.exposeString('reason', { description: 'What they share, and in what they differ.' }),
  }),
});

const RecalledIncident = builder.objectRef<Recalled>('RecalledIncident').implement({
  description: 'An incident that what was asked brings to mind.',
  fields: (t) => ({
    incident: loaded(t, Incident, { description: 'The incident.', key: (r) => r.incidentId }),
    score: t.exposeFloat('score', {
      description:
        '0 to 1: by likeness of the signature, the same host or service group, the same values, how recent it is, and what came of its advice.',
    }),
    reason: t.exposeString('reason', { description: 'Why it was recalled.' }),
  }),
});

const SeenElsewhere = builder.objectRef<Elsewhere>('SeenElsewhere').implement({
  description: 'That others saw it too: told only among tenants that share, and never of fewer than five.',
  fields: (t) => ({
    atLeast: t.exposeInt('atLeast', {
      description: 'So many other tenants, or more: 5, 10, 25, 50, 100, 250, 500 or 1000.',
    }),
    firstSeenAt: t.expose('firstDayUs', {
      type: 'DateTime',
      description: 'The day on which the first of them saw it, as its midnight in UTC.',
    }),
    text: t.exposeString('text', {
      description: 'The same in words: "at 5 or more other tenants, first 3 days ago".',
    }),
  }),
});

/** The answer, and what was asked. */
type Answered = Answer & { readonly asked: Question };

const SeenBefore = builder.objectRef<Answered>('SeenBefore').implement({
  description: 'Whether it was seen before, and all that is remembered of it.',
  fields: (t) => ({
    verdict: t.expose('verdict', { type: SeenBeforeVerdict, description: 'The answer in a word.' }),
    explanation: t.exposeString('explanation', { description: 'The answer in plain words.' }),
    signature: loadedOrNull(t, Signature, {
      description: 'The exact signature; of several services, the most frequent.',
      key: (a) => a.signatureId,
    }),
    similar: t.expose('similar', {
      type: [SimilarSignature],
      description: 'Other signatures that resemble it, closest first.',
    }),
    closest: t.expose('closest', {
      type: SimilarSignature,
      nullable: true,
      description:
        'Of a NO, what came nearest, too unlike to be called similar; null: nothing did, or the answer is another.',
    }),
    firstSeenAt: t.expose('firstSeenUs', {
      type: 'DateTime',
      nullable: true,
      description: 'The first time that exactly this was seen.',
    }),
    lastSeenAt: t.expose('lastSeenUs', {
      type: 'DateTime',
      nullable: true,
      description: 'The last time that exactly this was seen.',
    }),
    occurrenceCount: t.expose('occurrenceCount', {
      type: 'SafeInt',
      description: 'How many events were exactly this.',
    }),
    episodes: t.expose('episodes', {
      type: [Episode],
      description: 'Its past bursts, newest first; the latest twenty.',
    }),
    incidents: t.expose('incidents', {
      type: [RecalledIncident],
      description: 'Incidents that it belongs to or resembles, most telling first.',
    }),
    lessons: loadedList(t, Lesson, {
      description: 'What was learned from them, most telling first.',
      keys: (a) => a.lessonIds,
    }),
    runbookHints: loadedList(t, RunbookHint, {
      description: 'First steps, by priority and by how often they worked.',
      keys: (a) => a.runbookHintIds,
    }),
    coverage: t.expose('coverage', { type: Coverage, description: 'What the answer can speak for.' }),
    seenElsewhere: t.field({
      type: SeenElsewhere,
      nullable: true,
      description:
        'Whether other tenants saw it, from hashes of its words alone: null unless this tenant and at least five others share (`shareSignatures`) and have seen it. Tenants of one owner (the same tag `owner:…`) count as one, those of the own owner not at all.',
      resolve: ({ asked, signatureId }, _args, context, info) =>
        readHere(context, info, (read) =>
          seenElsewhere(read, context.caller.tenantId, context.services.clock.nowUs(), {
            input: asked,
            signatureId,
          }),
        ),
    }),
  }),
});

const SeenMessageInput = builder.inputType('SeenMessageInput', {
  description: 'A line as it was logged, or words from memory.',
  fields: (t) => ({
    text: t.string({ required: true, description: 'The line, with or without its header, or free text.' }),
    service: t.string({ description: 'Only this service; left out: all of them.' }),
    host: t.string({ description: 'Where it happened: incidents there weigh more.' }),
  }),
});

const SeenBeforeInput = builder.inputType('SeenBeforeInput', {
  description: 'What to look for: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    message: t.field({ type: SeenMessageInput, description: 'A message, seen or not.' }),
    eventId: t.id({ description: 'An event; itself does not count as "before".' }),
    signatureId: t.id({ description: 'A signature.' }),
    candidateId: t.id({ description: 'A candidate: its signatures.' }),
  }),
});

function questionOf(input: typeof SeenBeforeInput.$inferInput): Question {
  if (input.message != null) return { message: input.message };
  if (input.eventId != null) return { eventId: requiredKey('Event', 'eventId', input.eventId) };
  if (input.signatureId != null)
    return { signatureId: requiredKey('Signature', 'signatureId', input.signatureId) };
  return { candidateId: requiredKey('Candidate', 'candidateId', input.candidateId ?? '') };
}

builder.queryField('seenBefore', (t) =>
  t.field({
    type: SeenBefore,
    description: 'Have we seen this before? What was it, how did it end, and what helped?',
    args: {
      input: t.arg({ type: SeenBeforeInput, required: true, description: 'What to look for.' }),
      ...asOfArgument(),
    },
    resolve: async (_root, { input, asOf }, context, info) => {
      setAsOf(context, info, asOf);
      const { services, caller } = context;
      const asked = questionOf(input);
      return { ...(await seenBefore({ ...services, caller }, asked, asOf ?? null)), asked };
    },
  }),
);
