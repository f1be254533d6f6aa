// The tables of memory whose rows people change: each row keeps its versions, so that a question can be answered from
// what was known at a time.

export interface Relation {
  readonly table: string;
  /** The column of its first id, and whose `updated_at` is touched by whoever changes the row. */
  readonly owner: string;
  /** The column of its second id, for rows that link two. */
  readonly other?: string;
}

/** Tables with an `updated_at`, by the column of their id. */
export const SUBJECTS = {
  incident_id: 'incident',
  lesson_id: 'lesson',
  hint_id: 'runbook_hint',
} as const;

export const RELATIONS: readonly Relation[] = [
  { table: 'incident', owner: 'incident_id' },
  { table: 'lesson', owner: 'lesson_id' },
  { table: 'runbook_hint', owner: 'hint_id' },
  { table: 'incident_signature', owner: 'incident_id', other: 'signature_id' },
  { table: 'incident_candidate', owner: 'incident_id', other: 'candidate_id' },
  { table: 'incident_asset', owner: 'incident_id', other: 'asset_id' },
  { table: 'incident_lesson', owner: 'incident_id', other: 'lesson_id' },
  { table: 'candidate_lesson', owner: 'lesson_id', other: 'candidate_id' },
  { table: 'lesson_signature', owner: 'lesson_id', other: 'signature_id' },
  { table: 'hint_signature', owner: 'hint_id', other: 'signature_id' },
  { table: 'hint_incident', owner: 'hint_id', other: 'incident_id' },
];
