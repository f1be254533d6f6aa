import { sql } from 'drizzle-orm';
import type { ScoreInputs } from '../../score/inputs.ts';
import { type BandDistance, type BandStep, nextBand } from '../../score/next-band.ts';
import type { ScoreSettings } from '../../score/settings.ts';
import {
  type candidate,
  candidateAsset,
  candidateGroup,
  candidateSignature,
  candidateVersion,
} from '../../store/tables/candidate.ts';
import { incidentCandidate } from '../../store/tables/memory.ts';
import { signature } from '../../store/tables/signature.ts';
import { builder } from '../builder.ts';
import { CandidateFilter } from '../candidate-filter.ts';
import { CandidateStateEnum, CandidateTypeEnum, DecisionBandEnum, SeverityEnum } from '../enums.ts';
import { EVENT_COUNT_LIMIT, EventFilter } from '../event-filter.ts';
import { withMembers } from '../families.ts';
import { fan } from '../fields.ts';
import { implementNode } from '../node.ts';
import { Asset, Candidate, CorrelationGroup, Event, Incident, Review, Signature, Tenant } from '../nodes.ts';
import {
  assetsByHostname,
  candidatesByCreation,
  candidatesByLastSeen,
  candidatesByScore,
  eventsNewestFirst,
  groupsNewestFirst,
  incidentsNewestFirst,
  reviewsNewestFirst,
  signaturesByLastSeen,
} from '../orders.ts';
import type { Lookup } from '../plan/scope.ts';
import { provenanceField } from '../provenance-field.ts';
import { rootConnection } from '../root.ts';
import { adviceFields } from './candidate-advice.ts';
import { ScoreComponentType } from './score-component.ts';

const BandStepType = builder.objectRef<BandStep>('BandStep').implement({
  description: 'One change that would suffice.',
  fields: (t) => ({
    dimension: t.exposeString('dimension', { description: 'hosts, episodes, days or severity.' }),
    more: t.exposeInt('more', { description: 'How many more of it.' }),
  }),
});

const BandDistanceType = builder.objectRef<BandDistance>('BandDistance').implement({
  description: 'What would have to change to reach the next band.',
  fields: (t) => ({
    band: t.expose('band', { type: DecisionBandEnum, description: 'The next band.' }),
    missingScore: t.float({
      description: 'The score that is missing; 0 where only another condition is.',
      resolve: ({ missingScore }) => missingScore / 1e6,
    }),
    ways: t.field({
      type: [BandStepType],
      description: 'Each suffices alone.',
      resolve: ({ ways }) => ways,
    }),
    description: t.exposeString('description', {
      description: 'The same in words: "2 more hosts or 4 more episodes".',
    }),
  }),
});

const currentVersion: Lookup<typeof candidate, typeof candidateVersion> = {
  table: candidateVersion,
  on: (c, v) => sql`${v.candidateId} = ${c.candidateId} and ${v.version} = ${c.version}`,
};

implementNode(Candidate, {
  description: "A detection worth a person's judgement, with its score explained.",
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose candidate it is.', on: () => undefined }),
    type: t.column('type', { type: CandidateTypeEnum, description: 'Which pattern it shows.' }),
    state: t.column('state', { type: CandidateStateEnum, description: 'What became of it.' }),
    title: t.column('title', { type: 'String', description: 'The candidate in a line.' }),
    summary: t.column('summary', { type: 'String', description: 'What was seen: hosts, counts and times.' }),
    firstSeenAt: t.column('firstSeenAt', { type: 'DateTime', description: 'Its first event.' }),
    lastSeenAt: t.column('lastSeenAt', { type: 'DateTime', description: 'Its last event.' }),
    scoreTotal: t.millionths('score', { description: '0 to 1, the exact sum of the breakdown.' }),
    scoreBreakdown: t.computed({
      from: (c) => ({ components: c.scoreBreakdown }),
      type: [ScoreComponentType],
      description: 'What the score is made of.',
      resolve: ({ components }) => components,
    }),
    decisionBand: t.column('decisionBand', {
      type: DecisionBandEnum,
      description: 'What the score recommends.',
    }),
    explanation: t.column('explanation', { type: 'String', description: 'Why it is a candidate.' }),
    confidence: t.millionths('confidence', { description: 'How well supported it is, 0 to 1.' }),
    nextBand: t.computed({
      from: (_, scope) => ({ receipt: scope.lookup(currentVersion).receipt }),
      type: BandDistanceType,
      nullable: true,
      description: 'What would have to change to reach the next band; null at the highest.',
      resolve: ({ receipt }) =>
        receipt &&
        nextBand(receipt.inputs as unknown as ScoreInputs, receipt.settings as unknown as ScoreSettings),
    }),
    severity: t.column('severity', { type: SeverityEnum, description: 'The worst of its events.' }),
    episodeCount: t.column('episodeCount', { type: 'Int', description: 'How many episodes it holds.' }),
    eventCount: t.column('eventCount', { type: 'Int', description: 'How many events it holds.' }),
    version: t.column('version', {
      type: 'Int',
      description: 'Counts the changes of band, state and score components.',
    }),
    suppressedUntil: t.column('suppressedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when a review silences it.',
    }),
    suppressedReason: t.column('suppressedReason', {
      type: 'String',
      nullable: true,
      description: 'Why, and what would break the silence.',
    }),
    metadata: t.column('metadata', { type: 'JSON', nullable: true, description: 'What the rule noted.' }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it was first detected.' }),
    updatedAt: t.column('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    signatures: t.connection(Signature, {
      description: 'The signatures among its evidence, last seen first.',
      on: (c, s, scope) =>
        scope.exists(
          candidateSignature,
          (cs) => sql`${cs.candidateId} = ${c.candidateId} and ${cs.signatureId} = ${s.signatureId}`,
        ),
      order: signaturesByLastSeen,
    }),
    events: t.connection(Event, {
      description: 'Its evidence: the events of its signatures on its assets in its time, newest first.',
      fan: fan(
        signature,
        (m, c, scope) =>
          sql`${m.signatureId} in ${withMembers(scope, () =>
            scope.select(
              candidateSignature,
              (cs) => cs.signatureId,
              (cs) => sql`${cs.candidateId} = ${c.candidateId}`,
            ),
          )}`,
        (m, e) => sql`${e.signatureId} = ${m.signatureId}`,
      ),
      on: (c, e, scope) =>
        sql`${e.ts} between ${c.firstSeenAt} and ${c.lastSeenAt}
          and (${scope.exists(candidateAsset, (ca) => sql`${ca.candidateId} = ${c.candidateId} and ${ca.assetId} = ${e.assetId}`)}
            or not ${scope.exists(candidateAsset, (ca) => sql`${ca.candidateId} = ${c.candidateId}`)})`,
      order: eventsNewestFirst,
      filter: EventFilter,
      countLimit: EVENT_COUNT_LIMIT,
    }),
    groups: t.connection(CorrelationGroup, {
      description: 'The correlation groups among its evidence, newest first.',
      on: (c, g, scope) =>
        scope.exists(
          candidateGroup,
          (cg) => sql`${cg.candidateId} = ${c.candidateId} and ${cg.groupId} = ${g.groupId}`,
        ),
      order: groupsNewestFirst,
    }),
    assets: t.connection(Asset, {
      description: 'The assets affected, by name.',
      on: (c, a, scope) =>
        scope.exists(
          candidateAsset,
          (ca) => sql`${ca.candidateId} = ${c.candidateId} and ${ca.assetId} = ${a.assetId}`,
        ),
      order: assetsByHostname,
    }),
    incidents: t.list(Incident, {
      description: 'The incidents it was promoted to, last observed first.',
      on: (c, i, scope) =>
        scope.exists(
          incidentCandidate,
          (ic) => sql`${ic.incidentId} = ${i.incidentId} and ${ic.candidateId} = ${c.candidateId}`,
        ),
      order: incidentsNewestFirst,
    }),
    ...adviceFields(t),
    reviews: t.list(Review, {
      description: 'What people judged of it, newest first.',
      on: (c, r) => sql`${r.candidateId} = ${c.candidateId}`,
      order: reviewsNewestFirst,
    }),
    ...provenanceField(t, 'Candidate', (c) => c.candidateId),
  }),
});

const CandidateOrder = builder.enumType('CandidateOrder', {
  description: 'Which candidates come first.',
  values: {
    SCORE: { description: 'The highest score.' },
    LAST_SEEN: { description: 'Seen last.' },
    CREATED: { description: 'Detected last.' },
  },
});

rootConnection('candidates', Candidate, {
  description: 'Candidates, highest score first unless `orderBy` says otherwise.',
  filter: CandidateFilter,
  orders: [candidatesByScore, candidatesByLastSeen, candidatesByCreation],
  orderBy: CandidateOrder,
  temporal: true,
});
