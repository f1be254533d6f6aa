// Folds candidates into stories: five signatures of one brute force are one thing to look at. Pure.
import { type Micros, US_PER_MINUTE } from '../../domain/time.ts';
import type { OpenCandidate, Story } from './highlight.ts';

/** Detections of one cause begin and end minutes apart. */
const SLACK_US = 5 * US_PER_MINUTE;
/** Two intervals of different families are one story when they share at least this part of their union. */
const SAME_TIME_SHARE = 0.5;

/** `candidates` foremost first; each joins the first story that it relates to, else it leads its own. */
export function foldIntoStories(candidates: readonly OpenCandidate[]): Story[] {
  const stories: { lead: OpenCandidate; related: OpenCandidate[] }[] = [];
  for (const candidate of candidates) {
    const story = stories.find(({ lead, related }) =>
      [lead, ...related].some((other) => areRelated(candidate, other)),
    );
    if (story === undefined) stories.push({ lead: candidate, related: [] });
    else story.related.push(candidate);
  }
  return stories;
}

/** Same place, overlapping in time, and of one signature or family, or at nearly the same time throughout. */
export function areRelated(a: OpenCandidate, b: OpenCandidate): boolean {
  if (!samePlace(a, b)) return false;
  const overlapUs = Math.min(a.lastUs, b.lastUs) - Math.max(a.firstUs, b.firstUs) + SLACK_US;
  if (overlapUs < 0) return false;
  return (
    share(a.signatureIds, b.signatureIds) ||
    share(a.families, b.families) ||
    overlapUs / unionUs(a, b) >= SAME_TIME_SHARE
  );
}

const samePlace = (a: OpenCandidate, b: OpenCandidate) =>
  share(a.assetIds, b.assetIds) || (a.assetIds.length === 0 && b.assetIds.length === 0);

const share = (a: readonly string[], b: readonly string[]) => a.some((value) => b.includes(value));

const unionUs = (a: OpenCandidate, b: OpenCandidate): Micros =>
  Math.max(a.lastUs, b.lastUs) - Math.min(a.firstUs, b.firstUs) + SLACK_US;
