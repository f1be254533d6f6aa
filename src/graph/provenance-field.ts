// `provenance`, the same on every node type that has one.
import type { NodeType } from '../domain/words.ts';
import type { NodeFields } from './fields.ts';
import { ProvenanceLink } from './nodes.ts';
import type { SelectedColumns } from './plan/declare.ts';
import type { Row, TenantTable } from './plan/scope.ts';
import { loadProvenance, provenanceArguments } from './provenance.ts';

export const provenanceField = <T extends TenantTable>(
  t: NodeFields<T>,
  type: NodeType,
  key: (row: Row<T>) => SelectedColumns[string],
) => ({
  provenance: t.computed({
    from: (row) => ({ id: key(row) }),
    type: [ProvenanceLink],
    description:
      'The steps from the raw events to the lessons that pass through it, nearest first. What has expired is replaced by the lines that incidents keep.',
    args: provenanceArguments(),
    resolve: ({ id }, { direction }, context, info) =>
      loadProvenance({ type, key: String(id) }, direction, context, info),
  }),
});
