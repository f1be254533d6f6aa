// The closed vocabularies as GraphQL enums: values from the domain, a sentence for each.
import type { EnumRef } from '@pothos/core';
import type { BindingKind, PartField } from '../domain/bindings.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { Severity, type SeverityName } from '../domain/severity.ts';
import type {
  CandidateState,
  CandidateType,
  ChangeKind,
  DecisionBand,
  EntityKind,
  EpisodeOutcome,
  GroupType,
  ImpactLevel,
  IncidentChangeReason,
  IncidentStatus,
  LessonProposalState,
  LinkType,
  ReviewDecision,
  SignalKind,
  SignatureScope,
  SourceState,
  SourceType,
} from '../domain/words.ts';
import type { JoinBasis } from '../memory/join-proposals.ts';
import { builder, type SchemaTypes } from './builder.ts';

declare const exact: unique symbol;

/** An enum whose values are exactly `D`: neither a column with more values nor one with fewer fits it. */
export type ExactEnum<D> = EnumRef<SchemaTypes, D> & { readonly [exact]?: (value: D) => D };

function enumOf<D extends string>(
  name: string,
  description: string,
  values: Record<D, string>,
): ExactEnum<D> {
  const entries = Object.entries<string>(values).map(([value, text]) => [value, { description: text }]);
  return builder.enumType(name, { description, values: Object.fromEntries(entries) }) as ExactEnum<D>;
}

const severityTexts: Record<SeverityName, string> = {
  DEBUG: 'Of interest to developers only.',
  INFO: 'Normal operation.',
  NOTICE: 'Normal, but worth noticing.',
  WARNING: 'Not an error yet.',
  ERROR: 'Something failed.',
  CRITICAL: 'Something important failed.',
  ALERT: 'Someone must act at once.',
  EMERGENCY: 'The system is unusable.',
};

export const SeverityEnum = builder.enumType('Severity', {
  description: "Syslog's eight severities, from harmless to worst.",
  values: Object.fromEntries(
    Object.entries(Severity).map(([name, value]) => [
      name,
      { value, description: severityTexts[name as SeverityName] },
    ]),
  ),
}) as unknown as ExactEnum<Severity>;

export const SourceTypeEnum = enumOf<SourceType>('SourceType', 'What kind of sender an event came from.', {
  SYSLOG: 'Syslog, RFC 3164 or RFC 5424.',
  JOURNALD: 'The systemd journal.',
  WINDOWS_EVENT: 'The Windows event log.',
  WEBHOOK: 'An HTTP call of some tool.',
  APP_LOG: "An application's own log, structured or not.",
  FILE: 'Lines of a file.',
  LOGICMONITOR: 'LogicMonitor.',
  SPLUNK: 'Splunk.',
  OTLP: 'OpenTelemetry logs.',
  OTHER: 'Anything else.',
});

export const SourceStateEnum = enumOf<SourceState>('SourceState', 'How a source is doing.', {
  LIVE: 'Events came within the last ten minutes.',
  SILENT: 'Nothing came for ten minutes.',
  FAILING: 'Its last attempt ended in an error.',
  DISABLED: 'Switched off.',
});

export const SignatureScopeEnum = enumOf<SignatureScope>('SignatureScope', 'For whom a signature holds.', {
  GLOBAL: 'For all tenants that share signatures.',
  TENANT: 'For one tenant.',
  ASSET: 'For one asset.',
});

export const SignalKindEnum = enumOf<SignalKind>('SignalKind', 'What was detected.', {
  SPIKE: 'Far more events than the baseline.',
  NEW_SIGNATURE: 'A message never seen before: a note, whatever its severity.',
  RULE_MATCH: 'A critical rule matched.',
  MODEL: 'A model judged it anomalous.',
  SILENCE: 'A live source fell silent.',
  RECOVERY: 'A source is heard of again, or a problem cleared.',
  CHANGE: 'Something was changed: a deploy, a configuration, a restart.',
});

export const EntityKindEnum = enumOf<EntityKind>('EntityKind', 'Whose doings are counted and correlated.', {
  HOST: 'A host, as events name it.',
  USER: 'An account.',
  SRC_IP: 'The address that acted.',
});

export const GroupTypeEnum = enumOf<GroupType>('GroupType', 'Why signals and events belong together.', {
  BURST: 'One spike and what it holds.',
  SPREAD: 'One signature on several assets within fifteen minutes.',
  CHANGE_WINDOW: 'From five minutes before a recorded change to an hour after it.',
  PRECURSOR_CLUSTER: 'Several lesser signatures on one asset shortly before a failure.',
  ENTITY_WINDOW: 'Signals of one host, user or address.',
});

export const CandidateTypeEnum = enumOf<CandidateType>('CandidateType', 'Which pattern a candidate shows.', {
  RECURRENCE: 'The same trouble in several episodes within a week.',
  SELF_HEAL: 'A problem that keeps clearing by itself.',
  PRECURSOR: 'A message that tends to come before a failure.',
  ANOMALY: 'Out of the ordinary by model, novelty or silence.',
  BURST: 'Far more events than usual.',
  SPREAD: 'The same message on many assets at once.',
});

export const DecisionBandEnum = enumOf<DecisionBand>(
  'DecisionBand',
  'What the score recommends. A person decides.',
  {
    IGNORE: 'Below 0.20: not worth a look.',
    WATCH: '0.20 to 0.40: keep an eye on it.',
    REVIEW: '0.40 to 0.60: look at it when there is time.',
    URGENT_HUMAN_REVIEW: '0.60 and more: look at it now.',
    PROMOTE_TO_INCIDENT_MEMORY: 'High, repeated over days and well supported: worth remembering.',
  },
);

export const CandidateStateEnum = enumOf<CandidateState>('CandidateState', 'What became of a candidate.', {
  OPEN: 'Not decided.',
  PROMOTED: 'Part of an incident.',
  DISMISSED: 'Closed by a review.',
  SUPPRESSED: 'Silenced for a while by a NOISE review.',
});

export const EpisodeOutcomeEnum = enumOf<EpisodeOutcome>('EpisodeOutcome', 'How an episode ended.', {
  ONGOING: 'It has not ended.',
  ENDED: 'The events stopped while the source stayed alive.',
  HEALED: 'Its recovery was seen.',
  WENT_SILENT: 'The source itself fell silent, so nobody knows.',
  ACKNOWLEDGED: 'Someone acknowledged it.',
});

export const IncidentStatusEnum = enumOf<IncidentStatus>(
  'IncidentStatus',
  'Whether an incident still counts.',
  {
    ACTIVE: 'It was observed or promoted not long ago; new evidence joins it.',
    HISTORICAL: 'Not observed for long; a recurrence re-opens it.',
    RETIRED: 'No longer recalled, and nothing but a person brings it back.',
  },
);

export const LessonProposalStateEnum = enumOf<LessonProposalState>(
  'LessonProposalState',
  'What became of a proposed lesson.',
  {
    OPEN: 'Nobody has decided.',
    ACCEPTED: 'A person made a lesson of it.',
    DISMISSED: 'A person declined.',
  },
);

export const JoinBasisEnum = enumOf<JoinBasis>('JoinBasis', 'What speaks for joining an incident.', {
  SAME_SIGNATURE: 'They share a signature.',
  OTHER_STATE: 'Their signatures are the two sides of one thing, such as down and up.',
  SAME_TIME_AND_PLACE:
    'It began with a recurrence of the incident, on the same asset or in the same service group.',
});

export const IncidentChangeReasonEnum = enumOf<IncidentChangeReason>(
  'IncidentChangeReason',
  'Why an incident changed.',
  {
    PROMOTED: 'A candidate became it.',
    IMPORTED: 'It was brought along from elsewhere.',
    JOINED: 'A candidate joined it.',
    OBSERVED: 'It goes on: more of the events of its latest recurrence.',
    RECURRED: 'Its signatures fired again.',
    REOPENED: 'It had become historical, and came back: it is active again.',
    BECAME_HISTORICAL: 'It was not observed for long.',
    RETIRED: 'A person retired it.',
    EDITED: 'A person edited it.',
    REVIEWED: 'A person judged it.',
    TAUGHT: 'What was learned from it changed.',
    HINTED: 'What to try first changed.',
    REGROUPED: 'A signature of it was joined with another, or came apart.',
    MERGED: 'Another incident became part of it, or it became part of another.',
    PARTED: 'A merge was undone.',
  },
);

export const ImpactLevelEnum = enumOf<ImpactLevel>('ImpactLevel', 'How much an incident hurt.', {
  NONE: 'Nobody noticed.',
  LOW: 'A nuisance.',
  MEDIUM: 'Some users or services were affected.',
  HIGH: 'Many users or an important service were affected.',
  CRITICAL: 'The business stood still.',
});

export const ReviewDecisionEnum = enumOf<ReviewDecision>('ReviewDecision', 'A judgement of a person.', {
  NOISE: 'Closes it, and suppresses its like for seven days unless it breaks out.',
  USEFUL: 'Worth knowing: its like scores higher.',
  URGENT: 'Its like belongs in urgent review.',
  FALSE_POSITIVE: 'Closes it; this type on this signature scores lower.',
  PROMOTE:
    'Creates an incident from it, or joins the proposed one if that has the same signature (see `joinProposal`).',
  IGNORE: 'Hides this one and teaches nothing.',
  INVESTIGATE: 'Someone looks into it: at least in review.',
});

export const LinkTypeEnum = enumOf<LinkType>(
  'LinkType',
  'How the source of a provenance link led to its target.',
  {
    SIGNED_AS: 'The event bears this signature.',
    EVIDENCE_OF: 'It is evidence of the target.',
    GROUPED_IN: 'It was correlated into the group.',
    PRECEDED: 'It came before the target.',
    PROMOTED_TO: 'The candidate became the incident.',
    JOINED: 'The candidate was added to the incident.',
    TAUGHT: 'The lesson was learned from it.',
    HINTS_AT: 'The hint applies to the target.',
    REVIEWED: 'The review judged the target.',
    MERGED_INTO: 'It became part of the target: a signature, a candidate or an incident of another.',
    SPLIT_FROM: 'The signature was split off the target.',
  },
);

export const BindingKindEnum = enumOf<BindingKind>('BindingKind', 'What people decided about signatures.', {
  MUST_LINK: 'They belong together.',
  CANNOT_LINK: 'A part of it is a signature of its own.',
});

export const PartFieldEnum = builder.enumType('PartField', {
  description: 'A typed field of events to split by: see EventFields.',
  values: {
    SRC_IP: { value: 'srcIp', description: 'Where it came from.' },
    DST_IP: { value: 'dstIp', description: 'Where it went to.' },
    USER: { value: 'user', description: 'Who it was about.' },
    HTTP_STATUS: { value: 'httpStatus', description: 'The status of an HTTP response, as 500.' },
    VENDOR: { value: 'vendor', description: 'Who made what sent it.' },
    ACTION: { value: 'action', description: 'What was done about it.' },
  } as const satisfies Record<string, { value: PartField; description: string }>,
});

export const ErrorCodeEnum = enumOf<ErrorCode>('ErrorCode', 'Why a request, or a part of it, was refused.', {
  VALIDATION: 'The input is wrong; the message says what to do.',
  NOT_FOUND: 'There is no such thing for this caller.',
  CONFLICT: 'It contradicts what is already there.',
  UNAUTHENTICATED: 'The caller is unknown.',
  FORBIDDEN: 'The caller may not do that.',
  LIMIT_EXCEEDED: 'More than one request may ask for.',
  RETRY_LATER: 'The server is full: the same request succeeds later.',
  UNAVAILABLE: 'A part that the request needs does not answer.',
});

export const ChangeKindEnum = enumOf<ChangeKind>(
  'ChangeKind',
  'What happened to the subject of a subscription.',
  {
    CREATED: 'It is new.',
    UPDATED: 'It changed.',
    REMOVED: "It no longer matches this subscriber's filter.",
    GAP: 'Something was missed that cannot be replayed.',
  },
);
