// Whose versions an archive carries, and how it names their rows.
import { RELATIONS } from '../store/as-of/relations.ts';

/** The row's table, the column of its id, and what names it in the file. */
export const NAMED_BY = {
  incident_id: { table: 'incident', name: 'portable_id::text' },
  lesson_id: { table: 'lesson', name: 'portable_id::text' },
  hint_id: { table: 'runbook_hint', name: 'portable_id::text' },
  candidate_id: { table: 'candidate', name: 'portable_id::text' },
  signature_id: { table: 'signature', name: 'key' },
  asset_id: { table: 'asset', name: 'hostname' },
} as const;

type IdColumn = keyof typeof NAMED_BY;

export interface Versioned {
  readonly table: string;
  readonly owner: IdColumn;
  readonly other: IdColumn | null;
}

/** The rules by which a form's messages are parted: their owner is the form's signature. */
export const RULE_VERSIONS: Versioned = { table: 'signature_rule', owner: 'signature_id', other: null };

export const MEMORY_VERSIONS: readonly Versioned[] = [
  ...RELATIONS.map(({ table, owner, other }) => ({
    table,
    owner: owner as IdColumn,
    other: (other ?? null) as IdColumn | null,
  })),
  { table: 'candidate_signature', owner: 'candidate_id', other: 'signature_id' },
];

export const VERSIONED = [RULE_VERSIONS, ...MEMORY_VERSIONS].map(({ table }) => table);
