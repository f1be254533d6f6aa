// What an archive makes of every table of the database: no table is forgotten, and what stays behind has its reason.
import type { RecordKind } from './format.ts';

type Decision =
  /** Its rows are records, or parts of them. */
  | { readonly carried: readonly RecordKind[] }
  /** What it follows from, and when it is made again. */
  | { readonly derived: string }
  /** Why it stays behind. */
  | { readonly left: string };

const EVENTS_STAY = 'Events stay where they are: an archive carries what is counted and remembered of them.';

export const ARCHIVED: Readonly<Record<string, Decision>> = {
  tenant: { carried: ['retention'] },
  asset: { carried: ['asset'] },
  source: { carried: ['source'] },
  source_gap: { carried: ['gap'] },
  origin: { carried: ['origin'] },
  rejected_input: { carried: ['rejected'] },
  rule: { carried: ['rule'] },
  change: { carried: ['change'] },
  signature: { carried: ['signature'] },
  signature_form: { carried: ['form'] },
  signature_alias: { carried: ['alias'] },
  signature_constraint: { carried: ['constraint'] },
  feature_bucket: { carried: ['counts'] },
  entity_bucket: { carried: ['entityCounts'] },
  heartbeat: { carried: ['heartbeat'] },
  event_clock: { carried: ['clock'] },
  signal: { carried: ['signal'] },
  candidate: { carried: ['candidate'] },
  candidate_signature: { carried: ['candidate'] },
  candidate_asset: { carried: ['candidate'] },
  candidate_event: { carried: ['candidate'] },
  candidate_version: { carried: ['candidateVersion'] },
  incident: { carried: ['incident'] },
  incident_signature: { carried: ['incident'] },
  incident_asset: { carried: ['incident'] },
  incident_candidate: { carried: ['incident'] },
  incident_recurrence: { carried: ['incident'] },
  incident_event: { carried: ['example'] },
  incident_merge: { carried: ['incidentMerge'] },
  lesson: { carried: ['lesson'] },
  lesson_signature: { carried: ['lesson'] },
  incident_lesson: { carried: ['lesson'] },
  candidate_lesson: { carried: ['lesson'] },
  lesson_proposal: { carried: ['proposal'] },
  runbook_hint: { carried: ['hint'] },
  hint_signature: { carried: ['hint'] },
  hint_incident: { carried: ['hint'] },
  hint_outcome: { carried: ['outcome'] },
  review: { carried: ['review'] },
  suppression: { carried: ['suppression'] },
  provenance_link: { carried: ['link'] },
  removed_link: { carried: ['removedLink'] },
  memory_version: { carried: ['version'] },
  signature_sketch: { derived: 'From the examples of the forms, with the import.' },
  signature_rule: { derived: 'From what people decided about signatures, with the import.' },
  rule_book: { derived: 'It counts the changes to the rules, and goes on counting.' },
  episode: { derived: 'From the counts, with the import.' },
  signature_minute: { derived: 'From the counts, with the import.' },
  slot_asset: { derived: 'From the counts, with the import.' },
  slot_spread: { derived: 'From the counts, with the import.' },
  candidate_linking: { derived: 'When the evidence of a candidate grows.' },
  anomaly_queue: { derived: 'A signature waits for its verdict when its next event comes.' },
  anomaly_verdict: { derived: 'A scorer judges a signature again when its next event comes.' },
  event: { left: EVENTS_STAY },
  event_key: { left: EVENTS_STAY },
  event_resigned: { left: EVENTS_STAY },
  ingest_batch: {
    left: `${EVENTS_STAY} So a source that fell silent is not told to have been, and counts of an earlier moment go by when events happened, not by when they were received.`,
  },
  rule_bucket: { left: 'The window of a rule is short: what fulfils it is counted afresh.' },
  correlation_group: {
    left: 'What was detected together is found anew; a candidate tells by itself what it rests on.',
  },
  group_asset: { left: 'It goes with `correlation_group`.' },
  group_signature: { left: 'It goes with `correlation_group`.' },
  group_signal: { left: 'It goes with `correlation_group`.' },
  candidate_group: { left: 'It goes with `correlation_group`.' },
  source_checkpoint: { left: 'How far a connector has come holds for where it runs.' },
  outbox: { left: 'Subscribers are told of what changes where they listen.' },
};
