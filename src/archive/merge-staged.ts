// The staged records become rows, in the order in which rows need each other.
import { type Announcement, incidentsUpdated } from '../live/outbox.ts';
import { FamilyLearner } from '../pipeline/families/learner.ts';
import { rewordFamilies } from '../pipeline/families/regroup.ts';
import { lockFolding } from '../pipeline/fold/counting.ts';
import type { RecordKind } from './format.ts';
import { type MergeContext, type Merged, tally } from './merge.ts';
import { type MergedCandidates, mergeCandidates } from './merge-candidates.ts';
import {
  mergeClock,
  mergeCounts,
  mergeEntityCounts,
  mergeEpisodes,
  mergeHeartbeats,
  mergeSignals,
  mergeTotals,
} from './merge-counts.ts';
import { type MergedIncidents, mergeIncidents, mergeMerges } from './merge-incidents.ts';
import {
  mergeLinks,
  mergeOutcomes,
  mergeRemovedLinks,
  mergeReviews,
  mergeSuppressions,
} from './merge-judgements.ts';
import { mergeHints, mergeLessons, mergeProposals } from './merge-lessons.ts';
import { mergeChanges, mergeRules, mergeSources } from './merge-places.ts';
import {
  addSignatures,
  joinFamilies,
  learnForms,
  mergeAssets,
  mergeDecisions,
  obeyDecisions,
} from './merge-signatures.ts';
import { mergeVersions } from './merge-versions.ts';
import { MEMORY_VERSIONS, RULE_VERSIONS } from './versioned.ts';

/** By kind of record; what is the same already is not counted. */
export type MergedKinds = Partial<Record<RecordKind, Merged>>;

export interface MergedStaged {
  readonly merged: MergedKinds;
  readonly announcements: readonly Announcement[];
}

export async function mergeStaged(ctx: MergeContext): Promise<MergedStaged> {
  await lockFolding(ctx.client, ctx.tenantId);
  const places = {
    asset: await mergeAssets(ctx),
    ...(await mergeSources(ctx)),
    change: await mergeChanges(ctx),
  };
  const counted = await mergeCounted(ctx);
  const rule = await mergeRules(ctx);
  const candidates = await mergeCandidates(ctx);
  const incidents = await mergeIncidents(ctx);
  const learned = await mergeLearned(ctx);
  return {
    merged: {
      ...places,
      ...counted,
      rule,
      candidate: candidates.merged,
      incident: incidents.merged,
      ...learned,
      incidentMerge: await mergeMerges(ctx),
      version: await mergeVersions(ctx, MEMORY_VERSIONS),
    },
    announcements: [...candidatesTold(candidates), ...incidentsTold(incidents)],
  };
}

/** Signatures as people bound them, with all that is counted of them. */
async function mergeCounted(ctx: MergeContext): Promise<MergedKinds> {
  const signature = await addSignatures(ctx);
  await joinFamilies(ctx);
  const alias = await mergeDecisions(ctx);
  await mergeVersions(ctx, [RULE_VERSIONS]);
  const learner = new FamilyLearner();
  const reworded = await learnForms(ctx, learner);
  const rebound = await obeyDecisions(ctx, learner);
  const counts = await mergeCounts(ctx);
  await mergeTotals(ctx);
  await mergeClock(ctx);
  await rewordFamilies({ client: ctx.client, tenantId: ctx.tenantId, learner }, [...reworded, ...rebound]);
  await mergeEpisodes(ctx, counts.touched);
  return {
    signature,
    alias,
    counts: counts.merged,
    entityCounts: await mergeEntityCounts(ctx),
    heartbeat: await mergeHeartbeats(ctx),
    signal: tally(await mergeSignals(ctx)),
  };
}

/** What people wrote and judged. */
async function mergeLearned(ctx: MergeContext): Promise<MergedKinds> {
  return {
    lesson: await mergeLessons(ctx),
    hint: await mergeHints(ctx),
    proposal: await mergeProposals(ctx),
    outcome: await mergeOutcomes(ctx),
    review: await mergeReviews(ctx),
    suppression: await mergeSuppressions(ctx),
    link: await mergeLinks(ctx),
    removedLink: await mergeRemovedLinks(ctx),
  };
}

const candidatesTold = ({ addedIds, changedIds }: MergedCandidates): Announcement[] => [
  ...addedIds.map((subjectId) => ({ topic: 'candidate', subjectId, kind: 'CREATED' }) as const),
  ...changedIds.map((subjectId) => ({ topic: 'candidate', subjectId, kind: 'UPDATED' }) as const),
];

const incidentsTold = ({ addedIds, changedIds }: MergedIncidents): Announcement[] => [
  ...addedIds.map(
    (subjectId) => ({ topic: 'incident', subjectId, kind: 'CREATED', reason: 'IMPORTED' }) as const,
  ),
  ...incidentsUpdated(changedIds, 'IMPORTED'),
];
