// The schema index: it only imports what registers itself on the builder, then builds.
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
import './types/anomaly-scoring.ts';
import './types/asset-mutations.ts';
import './types/asset.ts';
import './types/backtest.ts';
import './types/calibration.ts';
import './types/candidate.ts';
import './types/change-mutations.ts';
import './types/change.ts';
import './types/correlation-group.ts';
import './types/event.ts';
import './types/evidence-line.ts';
import './types/features.ts';
import './types/incident-merge-mutations.ts';
import './types/incident-mutations.ts';
import './types/incident.ts';
import './types/ingest.ts';
import './types/interesting.ts';
import './types/lesson-mutations.ts';
import './types/lesson-proposal.ts';
import './types/lesson.ts';
import './types/node.ts';
import './types/provenance-link.ts';
import './types/recompute-score.ts';
import './types/rejected-input.ts';
import './types/review-mutations.ts';
import './types/review.ts';
import './types/rule-mutations.ts';
import './types/rule.ts';
import './types/runbook-hint-mutations.ts';
import './types/runbook-hint.ts';
import './types/seen-before.ts';
import './types/signal-mutations.ts';
import './types/signal.ts';
import './types/signature-binding.ts';
import './types/signature-mutations.ts';
import './types/signature.ts';
import './types/source.ts';
import './types/source-mutations.ts';
import './types/subscriptions.ts';
import './types/tenant-mutations.ts';
import './types/tenant.ts';
import './types/viewer.ts';

let schema: GraphQLSchema | null = null;

/** Built once per process. */
export function buildSchema(): GraphQLSchema {
  if (schema === null) {
    builder.queryType({ description: 'Everything that can be read.' });
    builder.mutationType({
      description: 'Everything that can be changed. What a caller can cause is an answer, not a failure.',
    });
    builder.subscriptionType({ description: 'What changes, as it changes; resumable by cursor.' });
    schema = builder.toSchema();
  }
  return schema;
}
