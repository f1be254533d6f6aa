import { sql } from 'drizzle-orm';
import { candidate, candidateAsset, candidateSignature } from '../store/tables/candidate.ts';
import { CandidateStateEnum, CandidateTypeEnum, DecisionBandEnum } from './enums.ts';
import { rootOf } from './families.ts';
import { filterInput } from './filters.ts';

export const CandidateFilter = filterInput(
  'CandidateFilter',
  candidate,
  'Which candidates; all that is given must match.',
  {
    types: {
      type: [CandidateTypeEnum],
      description: 'Of one of these types.',
      where: (c, types) => sql`${c.type} = any(${types})`,
    },
    bands: {
      type: [DecisionBandEnum],
      description: 'In one of these bands.',
      where: (c, bands) => sql`${c.decisionBand} = any(${bands})`,
    },
    states: {
      type: [CandidateStateEnum],
      description: 'In one of these states.',
      where: (c, states) => sql`${c.state} = any(${states})`,
    },
    minScore: {
      type: 'Float',
      description: 'A score of at least this, 0 to 1.',
      where: (c, score) => sql`${c.score} >= ${score}::float8 * 1000000`,
    },
    signatureId: {
      id: 'Signature',
      description: 'With this signature among the evidence.',
      where: (c, id, scope) =>
        scope.exists(
          candidateSignature,
          (cs) => sql`${cs.candidateId} = ${c.candidateId} and ${cs.signatureId} = ${rootOf(scope, id)}`,
        ),
    },
    assetId: {
      id: 'Asset',
      description: 'Affecting this asset.',
      where: (c, id, scope) =>
        scope.exists(
          candidateAsset,
          (ca) => sql`${ca.candidateId} = ${c.candidateId} and ${ca.assetId} = ${id}`,
        ),
    },
    since: {
      type: 'DateTime',
      description: 'Seen at or after this moment.',
      where: (c, at) => sql`${c.lastSeenAt} >= ${at}`,
    },
    until: {
      type: 'DateTime',
      description: 'First seen before this moment.',
      where: (c, at) => sql`${c.firstSeenAt} < ${at}`,
    },
  },
);
