// The ways in: structured events, raw lines, alerts, and rejected inputs sent again.
import { LimitExceededError, NotFoundError, RetryLaterError, ValidationError } from '../../domain/errors.ts';
import { type Severity, severityName } from '../../domain/severity.ts';
import { formatMicros } from '../../domain/time.ts';
import type { IngestOutcome } from '../../pipeline/input.ts';
import { builder } from '../builder.ts';
import { SeverityEnum, SourceTypeEnum } from '../enums.ts';
import { resultUnion } from '../errors.ts';
import { keyOf } from '../filters.ts';
import { RejectedInput, Signature } from '../nodes.ts';
import { loadedList } from '../payload.ts';

/** What one answer lists of rejected inputs and new signatures; the rest is in `rejectedInputs` and `signatures`. */
const LISTED = 100;

const IngestPayload = builder.objectRef<IngestOutcome>('IngestPayload').implement({
  description: 'What became of the inputs. It answers after they are committed.',
  fields: (t) => ({
    accepted: t.exposeInt('accepted', { description: 'Stored as new events.' }),
    duplicates: t.exposeInt('duplicates', { description: 'Known already: nothing was added for them.' }),
    rejectedCount: t.int({
      description: 'Could not be stored as events; kept to be replayed.',
      resolve: (outcome) => outcome.rejectedIds.length,
    }),
    rejected: loadedList(t, RejectedInput, {
      description: `The rejected inputs, with position and reason; the first ${LISTED} of them.`,
      keys: (outcome) => outcome.rejectedIds.slice(0, LISTED),
    }),
    newSignatures: loadedList(t, Signature, {
      description: `Signatures that nobody had seen before these events; the first ${LISTED} of them.`,
      keys: (outcome) => outcome.newSignatureIds.slice(0, LISTED),
    }),
    replaySafe: t.exposeBoolean('replaySafe', {
      description:
        'Whether sending the same again adds nothing. False: there was neither a batchKey nor an eventKey for each event, so a resend cannot be told from a repetition.',
    }),
  }),
});

const IngestResult = resultUnion('IngestResult', 'What an ingest can answer.', IngestPayload, [
  ValidationError,
  NotFoundError,
  LimitExceededError,
  RetryLaterError,
]);

const IngestEventInput = builder.inputType('IngestEventInput', {
  description: 'One event with its fields already apart.',
  fields: (t) => ({
    timestamp: t.field({
      type: 'DateTime',
      description: "The source's clock; left out: the time of receipt.",
    }),
    sourceType: t.field({
      type: SourceTypeEnum,
      description: 'What kind of sender it came from; default OTHER.',
    }),
    sourcePath: t.string({ description: 'The file, channel or topic it was read from.' }),
    host: t.string({ description: 'The host it is about: its asset.' }),
    service: t.string({ description: 'The program or service that wrote it.' }),
    severity: t.field({
      type: SeverityEnum,
      description: 'Left out: inferred from the words of the message.',
    }),
    facility: t.string({ description: 'The syslog facility, by name (auth) or number (4).' }),
    message: t.string({ required: true, description: 'The message without any header.' }),
    structuredFields: t.field({ type: 'JSON', description: "The source's own fields." }),
    correlationKeys: t.field({
      type: 'JSON',
      description: 'Values that tie events together, such as an alert id.',
    }),
    ingestMetadata: t.field({
      type: 'JSON',
      description: 'What the sender wants remembered of the transport.',
    }),
    eventKey: t.string({
      description: "The sender's own id: a resend under it is a duplicate, never a second event.",
    }),
  }),
});

const batchKeyDescription =
  'Names this batch: sending it again under the same key adds nothing, also when only a part arrived.';

const IngestEventsInput = builder.inputType('IngestEventsInput', {
  description: 'Structured events, at most 50,000.',
  fields: (t) => ({
    events: t.field({ type: [IngestEventInput], required: true, description: 'The events, in any order.' }),
    batchKey: t.string({ description: batchKeyDescription }),
  }),
});

const IngestLinesInput = builder.inputType('IngestLinesInput', {
  description: 'Raw lines of one source, at most 50,000; the format of each line is recognised.',
  fields: (t) => ({
    lines: t.stringList({ required: true, description: 'The lines as they were written, headers on.' }),
    sourceType: t.field({ type: SourceTypeEnum, required: true, description: 'What kind of source it is.' }),
    sourcePath: t.string({ description: 'The file, channel or topic they were read from.' }),
    host: t.string({ description: 'The host of lines that name none.' }),
    service: t.string({ description: 'The service of lines that name none.' }),
    multiline: t.boolean({
      defaultValue: false,
      description:
        'Whether stack traces and other continuation lines become one event with the line that they belong to. The lines must be in the order of their source; an event ends with the request.',
    }),
    batchKey: t.string({ description: batchKeyDescription }),
  }),
});

const IngestAlertInput = builder.inputType('IngestAlertInput', {
  description: 'An alert as its sender posted it.',
  fields: (t) => ({
    connector: t.string({
      required: true,
      description: 'Who understands the payload: `webhook` finds the usual names.',
    }),
    source: t.string({
      description: "The configured source whose mapping applies; left out: the connector's own.",
    }),
    payload: t.field({
      type: 'JSON',
      required: true,
      description: 'The JSON object, untouched. The same payload again is a duplicate.',
    }),
  }),
});

const ReplayRejectedInput = builder.inputType('ReplayRejectedInput', {
  description: 'Which rejected inputs to send through the pipeline again.',
  fields: (t) => ({
    ids: t.idList({ description: 'These; left out: all that were not replayed yet, oldest first.' }),
    limit: t.int({ defaultValue: 1_000, description: 'At most so many, 1 to 10,000.' }),
  }),
});

builder.mutationField('ingestEvents', (t) =>
  t.field({
    type: IngestResult,
    description:
      'Stores structured events; each becomes part of a signature and is looked at by the detectors.',
    args: { input: t.arg({ type: IngestEventsInput, required: true, description: 'The events.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      services.pipeline.ingestEvents(caller, {
        batchKey: input.batchKey ?? null,
        events: input.events.map((event) => ({
          ...event,
          timestamp: event.timestamp == null ? null : formatMicros(event.timestamp),
          severity: event.severity == null ? null : severityName(event.severity as Severity),
        })),
      }),
  }),
);

builder.mutationField('ingestLines', (t) =>
  t.field({
    type: IngestResult,
    description: 'Stores raw lines of one source, in any supported format.',
    args: { input: t.arg({ type: IngestLinesInput, required: true, description: 'The lines.' }) },
    resolve: (_root, { input }, { services, caller }) => services.pipeline.ingestLines(caller, input),
  }),
);

builder.mutationField('ingestAlert', (t) =>
  t.field({
    type: IngestResult,
    description: 'Stores an alert of a monitoring tool as an event.',
    args: { input: t.arg({ type: IngestAlertInput, required: true, description: 'The alert.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      services.sources.ingestAlert(caller, { ...input, payload: JSON.stringify(input.payload) }),
  }),
);

const MAX_REPLAYED = 10_000;

builder.mutationField('replayRejected', (t) =>
  t.field({
    type: IngestResult,
    description: 'Sends rejected inputs through the pipeline again, after what kept them out was mended.',
    args: { input: t.arg({ type: ReplayRejectedInput, required: true, description: 'Which ones.' }) },
    resolve: (_root, { input }, { services, caller }) => {
      const limit = input.limit ?? 1_000;
      if (limit < 1 || limit > MAX_REPLAYED) {
        throw new ValidationError(`"limit" must be 1 to ${MAX_REPLAYED}.`, ['input', 'limit']);
      }
      const ids =
        input.ids?.map((id, i) => keyOf('RejectedInput', String(id), ['input', 'ids', String(i)])) ?? null;
      return services.pipeline.replayRejected(caller, { ids, limit });
    },
  }),
);
