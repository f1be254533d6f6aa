// Each kind of record as one statement over the database: rows come out as the lines of the file. All take part in
// one snapshot.
import { CANDIDATES } from './export/candidates.ts';
import { COUNTS } from './export/counts.ts';
import { INCIDENTS } from './export/incidents.ts';
import { JUDGEMENTS } from './export/judgements.ts';
import { LESSONS } from './export/lessons.ts';
import { PLACES } from './export/places.ts';
import { SIGNATURES } from './export/signatures.ts';
import type { Query } from './export/sql.ts';
import type { RecordKind } from './format.ts';

/** In the order of the file. */
export const EXPORT_QUERIES: Readonly<Record<RecordKind, Query>> = {
  ...PLACES,
  ...SIGNATURES,
  ...COUNTS,
  ...CANDIDATES,
  ...INCIDENTS,
  ...LESSONS,
  ...JUDGEMENTS,
};
