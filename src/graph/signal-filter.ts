import { sql } from 'drizzle-orm';
import { signal } from '../store/tables/detection.ts';
import { SignalKindEnum } from './enums.ts';
import { rootOf, withMembers } from './families.ts';
import { filterInput } from './filters.ts';

export const SignalFilter = filterInput(
  'SignalFilter',
  signal,
  'Which signals; all that is given must match.',
  {
    kinds: {
      type: [SignalKindEnum],
      description: 'Of one of these kinds.',
      where: (s, kinds) => sql`${s.kind} = any(${kinds})`,
    },
    acknowledged: {
      type: 'Boolean',
      description: 'Whether someone acknowledged it.',
      where: (s, acknowledged) => sql`${s.acknowledged} = ${acknowledged}`,
    },
    label: {
      type: 'String',
      description: 'With exactly this label.',
      where: (s, label) => sql`${s.label} = ${label}`,
    },
    signatureId: {
      id: 'Signature',
      description: 'About this signature.',
      where: (s, id, scope) => sql`${s.signatureId} in ${withMembers(scope, () => rootOf(scope, id))}`,
    },
    assetId: { id: 'Asset', description: 'On this asset.', where: (s, id) => sql`${s.assetId} = ${id}` },
    since: {
      type: 'DateTime',
      description: 'Observed at or after this moment.',
      where: (s, at) => sql`${s.observedAt} >= ${at}`,
    },
    until: {
      type: 'DateTime',
      description: 'Observed before this moment.',
      where: (s, at) => sql`${s.observedAt} < ${at}`,
    },
  },
);
