import { sql } from 'drizzle-orm';
import { type TypedFields, typedFields } from '../../parse/typed-fields.ts';
import { describeForm, normaliseMessage } from '../../signature/engine.ts';
import { anomalyVerdict } from '../../store/tables/anomaly.ts';
import { candidateAsset, candidateSignature } from '../../store/tables/candidate.ts';
import type { event } from '../../store/tables/event.ts';
import { ingestBatch } from '../../store/tables/source.ts';
import { builder } from '../builder.ts';
import { SeverityEnum, SourceTypeEnum } from '../enums.ts';
import { EVENT_COUNT_LIMIT, EventFilter } from '../event-filter.ts';
import {
  eventLine,
  eventOrigin,
  ingestMetadataOf,
  messageOf,
  severityOriginalOf,
  structuredFieldsOf,
} from '../event-line.ts';
import { rootOf } from '../families.ts';
import { implementNode } from '../node.ts';
import { Asset, Candidate, Event, Signal, Signature, Tenant } from '../nodes.ts';
import { candidatesByLastSeen, eventsNewestFirst, signalsNewestFirst } from '../orders.ts';
import type { Lookup } from '../plan/scope.ts';
import { provenanceField } from '../provenance-field.ts';
import { rootConnection } from '../root.ts';

const eventBatch: Lookup<typeof event, typeof ingestBatch> = {
  table: ingestBatch,
  on: (e, b) => sql`${b.batchId} = ${e.batchId}`,
};

const eventVerdict: Lookup<typeof event, typeof anomalyVerdict> = {
  table: anomalyVerdict,
  on: (e, v, scope) =>
    sql`${v.signatureId} = ${rootOf(scope, e.signatureId)} and ${v.severity} = ${e.severity} and ${v.isCurrent}`,
};

/** RFC 5424 section 6.2.1, table 1. */
const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );

const EventFields = builder.objectRef<TypedFields>('EventFields').implement({
  description: 'The values of an event that rules and people ask for by name.',
  fields: (t) => ({
    srcIp: t.exposeString('srcIp', { nullable: true, description: 'The address that acted.' }),
    dstIp: t.exposeString('dstIp', { nullable: true, description: 'The address that was acted upon.' }),
    user: t.exposeString('user', { nullable: true, description: 'The account concerned.' }),
    httpStatus: t.exposeInt('httpStatus', { nullable: true, description: 'The HTTP status, 100 to 599.' }),
    vendor: t.exposeString('vendor', { nullable: true, description: 'The maker of the device or product.' }),
    action: t.exposeString('action', { nullable: true, description: 'What was done: deny, accept, login…' }),
  }),
});

interface Anomaly {
  readonly score: number;
  readonly risk: number;
  readonly label: string;
  readonly scoredAt: string;
  readonly scorer: string;
}

const EventAnomaly = builder.objectRef<Anomaly>('EventAnomaly').implement({
  description: "An anomaly scorer's verdict on an event: the same for all of its signature and severity.",
  fields: (t) => ({
    score: t.exposeFloat('score', {
      description: 'How sure the scorer is of its label, 0 to 1: NORMAL at 0.98 is harmless.',
    }),
    risk: t.exposeFloat('risk', {
      description:
        'How anomalous, 0 to 1, whatever the label: the score of a bad label, 1 - score of a harmless one.',
    }),
    label: t.exposeString('label', {
      description:
        "The scorer's word for it. The built-in scorer says NORMAL, SECURITY_ANOMALY, SYSTEM_FAILURE, PERFORMANCE_ISSUE, NETWORK_ANOMALY, CONFIG_ERROR or HARDWARE_ISSUE.",
    }),
    scoredAt: t.expose('scoredAt', { type: 'DateTime', description: 'When it was scored.' }),
    scorer: t.exposeString('scorer', {
      description: 'Which scorer said so: `builtin`, or a model and its version.',
    }),
  }),
});

implementNode(Event, {
  description: 'One thing that some source said at one time, as received.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose event it is.', on: () => undefined }),
    asset: t.one(Asset, {
      nullable: true,
      description: 'The host or device it came from, where it names one.',
      on: (e, a) => sql`${a.assetId} = ${e.assetId}`,
    }),
    signature: t.one(Signature, {
      nullable: true,
      description: 'The family of events of its shape; where that was merged, the one it was merged into.',
      on: (e, s, scope) => sql`${s.signatureId} = ${rootOf(scope, e.signatureId)}`,
    }),
    sourceType: t.computed({
      from: (_, scope) => ({ type: scope.lookup(eventOrigin).sourceType }),
      type: SourceTypeEnum,
      description: 'What kind of sender it came from.',
      resolve: ({ type }) => type,
    }),
    sourcePath: t.computed({
      from: (_, scope) => ({ path: scope.lookup(eventOrigin).sourcePath }),
      type: 'String',
      nullable: true,
      description: 'The file, stream or topic at the sender.',
      resolve: ({ path }) => path || null,
    }),
    host: t.computed({
      from: (_, scope) => ({ host: scope.lookup(eventOrigin).host }),
      type: 'String',
      nullable: true,
      description: 'The host as the event names it.',
      resolve: ({ host }) => host || null,
    }),
    service: t.computed({
      from: (_, scope) => ({ service: scope.lookup(eventOrigin).service }),
      type: 'String',
      nullable: true,
      description: 'The program or service as the event names it.',
      resolve: ({ service }) => service || null,
    }),
    timestamp: t.column('ts', { type: 'DateTime', description: "When it happened, by the source's clock." }),
    observedAt: t.computed({
      from: (_, scope) => ({ at: scope.lookup(eventBatch).receivedAt }),
      type: 'DateTime',
      description: 'When we received it.',
      resolve: ({ at }) => at,
    }),
    createdAt: t.computed({
      from: (_, scope) => ({ at: scope.lookup(eventBatch).storedAt }),
      type: 'DateTime',
      description: 'When we stored it.',
      resolve: ({ at }) => at,
    }),
    severity: t.column('severity', {
      type: SeverityEnum,
      description:
        'How bad it is; inferred from the words where the event does not say (see ingestMetadata).',
    }),
    severityOriginal: t.computed({
      from: eventLine,
      type: 'String',
      nullable: true,
      description: "The source's own word or number for the severity.",
      resolve: severityOriginalOf,
    }),
    facility: t.computed({
      from: (e) => ({ code: e.facility }),
      type: 'String',
      nullable: true,
      description: 'The syslog facility by its name: `auth`, `daemon`, `local0`…',
      resolve: ({ code }) => (code === null ? null : (FACILITIES[code] ?? String(code))),
    }),
    messageRaw: t.column('messageRaw', {
      type: 'String',
      description: 'The line or message as received; what text cannot hold is in ingestMetadata.rawBase64.',
    }),
    messageNormalized: t.computed({
      from: eventLine,
      type: 'String',
      description: 'The message without its header, every value as `<*>`, white space squeezed.',
      resolve: (line) => normaliseMessage(messageOf(line)),
    }),
    signatureInput: t.computed({
      from: eventLine,
      type: 'String',
      description: 'What was signed: the canonical form of the message.',
      resolve: (line) => describeForm(messageOf(line), line.service).canonical,
    }),
    fields: t.computed({
      from: eventLine,
      type: EventFields,
      description: 'The values that rules and people ask for by name.',
      resolve: (line) => typedFields(messageOf(line), structuredFieldsOf(line)),
    }),
    structuredFields: t.computed({
      from: eventLine,
      type: 'JSON',
      nullable: true,
      description: "The sender's own structure: structured data, or the JSON members without a role.",
      resolve: structuredFieldsOf,
    }),
    correlationKeys: t.computed({
      from: eventLine,
      type: 'JSON',
      nullable: true,
      description: 'What the sender wants it correlated by.',
      resolve: (line) => line.attrs?.correlationKeys ?? null,
    }),
    ingestMetadata: t.computed({
      from: eventLine,
      type: 'JSON',
      nullable: true,
      description:
        'How it was read: `format`, and whether severityInferred, timestampAssigned, yearInferred, skewed, truncated; `rawBase64` where text could not hold it, `rawBytesBase64` where the bytes were other than the text.',
      resolve: ingestMetadataOf,
    }),
    anomaly: t.computed({
      from: (_, scope) => {
        const verdict = scope.lookup(eventVerdict);
        const { score, risk, label, scoredAt, scorer } = verdict;
        return { score, risk, label, scoredAt, scorer };
      },
      type: EventAnomaly,
      nullable: true,
      description:
        'The verdict of the anomaly scorer; null until its event is counted, within a second or so.',
      resolve: (verdict) => (verdict.scorer === null ? null : verdict),
    }),
    signals: t.connection(Signal, {
      description: 'Detections that name this very event, newest first.',
      on: (e, s) => sql`${s.eventId} = ${e.eventId}`,
      order: signalsNewestFirst,
    }),
    candidates: t.connection(Candidate, {
      description: 'Candidates whose evidence (signatures, assets, time) holds this event.',
      on: (e, c, scope) =>
        sql`${e.ts} between ${c.firstSeenAt} and ${c.lastSeenAt}
          and ${scope.exists(candidateSignature, (cs) => sql`${cs.candidateId} = ${c.candidateId} and ${cs.signatureId} = ${rootOf(scope, e.signatureId)}`)}
          and (${scope.exists(candidateAsset, (ca) => sql`${ca.candidateId} = ${c.candidateId} and ${ca.assetId} = ${e.assetId}`)}
            or not ${scope.exists(candidateAsset, (ca) => sql`${ca.candidateId} = ${c.candidateId}`)})`,
      order: candidatesByLastSeen,
    }),
    ...provenanceField(t, 'Event', (e) => e.eventId),
  }),
});

rootConnection('events', Event, {
  description: 'Events, newest first.',
  filter: EventFilter,
  orders: [eventsNewestFirst],
  countLimit: EVENT_COUNT_LIMIT,
});
