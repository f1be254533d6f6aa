// Unions over node types.
import { builder } from './builder.ts';
import { Candidate, Incident, Lesson } from './nodes.ts';
import type { PlannedRow } from './plan/row.ts';

/** What a person can review. */
export const ReviewSubject = builder.unionType('ReviewSubject', {
  description: 'What a person can review.',
  types: [Candidate, Incident, Lesson],
  resolveType: (row) => (row as PlannedRow).__typename as 'Candidate',
});
