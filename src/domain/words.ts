// The closed vocabularies of the domain. Tables, graph and rules all take their enums from here.

export const SOURCE_TYPES = [
  'SYSLOG',
  'JOURNALD',
  'WINDOWS_EVENT',
  'WEBHOOK',
  'APP_LOG',
  'FILE',
  'LOGICMONITOR',
  'SPLUNK',
  'OTLP',
  'OTHER',
] as const;
export type SourceType = (typeof SOURCE_TYPES)[number];

export const SOURCE_STATES = ['LIVE', 'SILENT', 'FAILING', 'DISABLED'] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

export const SIGNATURE_SCOPES = ['GLOBAL', 'TENANT', 'ASSET'] as const;
export type SignatureScope = (typeof SIGNATURE_SCOPES)[number];

export const SIGNAL_KINDS = [
  'SPIKE',
  'NEW_SIGNATURE',
  'RULE_MATCH',
  'MODEL',
  'SILENCE',
  'RECOVERY',
  'CHANGE',
] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];

/** Whose doings are counted and correlated. */
export const ENTITY_KINDS = ['HOST', 'USER', 'SRC_IP'] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

export const GROUP_TYPES = [
  'BURST',
  'SPREAD',
  'CHANGE_WINDOW',
  'PRECURSOR_CLUSTER',
  'ENTITY_WINDOW',
] as const;
export type GroupType = (typeof GROUP_TYPES)[number];

export const CANDIDATE_TYPES = [
  'RECURRENCE',
  'SELF_HEAL',
  'PRECURSOR',
  'ANOMALY',
  'BURST',
  'SPREAD',
] as const;
export type CandidateType = (typeof CANDIDATE_TYPES)[number];

export const DECISION_BANDS = [
  'IGNORE',
  'WATCH',
  'REVIEW',
  'URGENT_HUMAN_REVIEW',
  'PROMOTE_TO_INCIDENT_MEMORY',
] as const;
export type DecisionBand = (typeof DECISION_BANDS)[number];

export const CANDIDATE_STATES = ['OPEN', 'PROMOTED', 'DISMISSED', 'SUPPRESSED'] as const;
export type CandidateState = (typeof CANDIDATE_STATES)[number];

export const EPISODE_OUTCOMES = ['ONGOING', 'ENDED', 'HEALED', 'WENT_SILENT', 'ACKNOWLEDGED'] as const;
export type EpisodeOutcome = (typeof EPISODE_OUTCOMES)[number];

export const INCIDENT_STATUSES = ['ACTIVE', 'HISTORICAL', 'RETIRED'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

export const INCIDENT_CHANGE_REASONS = [
  'PROMOTED',
  'IMPORTED',
  'JOINED',
  'OBSERVED',
  'RECURRED',
  'REOPENED',
  'BECAME_HISTORICAL',
  'RETIRED',
  'EDITED',
  'REVIEWED',
  'TAUGHT',
  'HINTED',
  'REGROUPED',
  'MERGED',
  'PARTED',
] as const;
export type IncidentChangeReason = (typeof INCIDENT_CHANGE_REASONS)[number];

export const LESSON_PROPOSAL_STATES = ['OPEN', 'ACCEPTED', 'DISMISSED'] as const;
export type LessonProposalState = (typeof LESSON_PROPOSAL_STATES)[number];

export const IMPACT_LEVELS = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type ImpactLevel = (typeof IMPACT_LEVELS)[number];

export const REVIEW_DECISIONS = [
  'NOISE',
  'USEFUL',
  'URGENT',
  'FALSE_POSITIVE',
  'PROMOTE',
  'IGNORE',
  'INVESTIGATE',
] as const;
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number];

export const LINK_TYPES = [
  'SIGNED_AS',
  'EVIDENCE_OF',
  'GROUPED_IN',
  'PRECEDED',
  'PROMOTED_TO',
  'JOINED',
  'TAUGHT',
  'HINTS_AT',
  'REVIEWED',
  'MERGED_INTO',
  'SPLIT_FROM',
] as const;
export type LinkType = (typeof LINK_TYPES)[number];

export const NODE_TYPES = [
  'Tenant',
  'Asset',
  'Event',
  'Signature',
  'Signal',
  'CorrelationGroup',
  'Candidate',
  'Incident',
  'Lesson',
  'RunbookHint',
  'Review',
  'ProvenanceLink',
  'RejectedInput',
  'Source',
  'Change',
  'SignatureBinding',
  'Rule',
  'EvidenceLine',
  'LessonProposal',
  'RemovedLink',
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

export const CHANGE_KINDS = ['CREATED', 'UPDATED', 'REMOVED', 'GAP'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One addend of a score. `contribution` is in whole millionths, so that sums are exact. */
export interface ScoreComponent {
  name: string;
  input: number;
  weight: number;
  contribution: number;
  reason: string;
}
