// Folds candidates into stories: five signatures of one brute force are one thing to look at. Pure.
import { type Micros, US_PER_HOUR, US_PER_MINUTE } from '../../domain/time.ts';
import type { OpenCandidate, Story } from './highlight.ts';

/** Detections of one cause begin and end minutes apart. */
const SLACK_US = 5 * US_PER_MINUTE;
/** A trouble of one class on one asset may change its voice: "91 % full", and an hour later "no space left". */
const SAME_CLASS_SLACK_US = 2 * US_PER_HOUR;
/** Two intervals of different classes are one story when they share at least this part of their union. */
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

/** The same signature at the same time anywhere; or, in one place, one class of event or nearly the same time throughout. */
export function areRelated(a: OpenCandidate, b: OpenCandidate): boolean {
  const overlapUs = Math.min(a.lastUs, b.lastUs) - Math.max(a.firstUs, b.firstUs);
  const atOnce = overlapUs + SLACK_US >= 0;
  if (atOnce && share(a.signatureIds, b.signatureIds)) return true;
  if (!samePlace(a, b)) return false;
  if (overlapUs + SAME_CLASS_SLACK_US >= 0 && share(classesOf(a), classesOf(b))) return true;
  return (overlapUs + SLACK_US) / (unionUs(a, b) + SLACK_US) >= SAME_TIME_SHARE;
}

const samePlace = (a: OpenCandidate, b: OpenCandidate) =>
  share(a.assetIds, b.assetIds) || (a.assetIds.length === 0 && b.assetIds.length === 0);

/** Of `sshd:authentication`, the class; what is of no class shares none. */
const classesOf = ({ families }: OpenCandidate) =>
  families.map((family) => family.slice(family.lastIndexOf(':') + 1)).filter((name) => name !== 'other');

const share = (a: readonly string[], b: readonly string[]) => a.some((value) => b.includes(value));

const unionUs = (a: OpenCandidate, b: OpenCandidate): Micros =>
  Math.max(a.lastUs, b.lastUs) - Math.min(a.firstUs, b.firstUs);
