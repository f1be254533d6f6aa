import type { Micros } from '../../domain/time.ts';
import type { VerbContext } from '../../store/verb.ts';
import { bandRecord, type Calibration, readCalibration } from '../calibration.ts';
import { counted, namedSome, sentence, shortened, spanText } from '../moments.ts';
import { type Learned, nextStepFor } from './advice.ts';
import { foldIntoStories } from './fold.ts';
import type { Highlight, OpenCandidate, Story } from './highlight.ts';
import { readLearned, readOpenCandidates } from './read-candidates.ts';
import { type NearbyChange, readNearbyChanges } from './read-changes.ts';

const RELATED_TITLE_CHARS = 90;

export interface InterestingInput {
  /** Only what was still seen at or after it; null: everything open. */
  readonly sinceUs?: Micros | null;
  /** Highlights at most. */
  readonly first: number;
}

/** What deserves a look, and why: open candidates, those of one story folded into one highlight, foremost first. */
export async function interesting(
  ctx: Pick<VerbContext, 'store' | 'caller'>,
  input: InterestingInput,
): Promise<Highlight[]> {
  const { read } = ctx.store;
  const { tenantId } = ctx.caller;
  const candidates = await readOpenCandidates(read, tenantId, input.sinceUs ?? null);
  const stories = foldIntoStories(candidates).slice(0, input.first);
  const signatureIds = stories.flatMap(({ lead, related }) =>
    [lead, ...related].flatMap((c) => c.signatureIds),
  );
  const leadIds = stories.map(({ lead }) => lead.candidateId);
  const [learned, changes, calibration] = await Promise.all([
    readLearned(read, tenantId, [...new Set(signatureIds)]),
    readNearbyChanges(read, tenantId, leadIds),
    readCalibration(read, tenantId),
  ]);
  return stories.map((story) =>
    highlightOf(story, bestLearned(story, learned), changes.get(story.lead.candidateId), calibration),
  );
}

function highlightOf(
  story: Story,
  learned: Learned | undefined,
  change: NearbyChange | undefined,
  calibration: Calibration,
): Highlight {
  const { lead, related } = story;
  const members = [lead, ...related];
  return {
    candidateId: lead.candidateId,
    title: lead.title,
    why: [whyOf(story), ...(change === undefined ? [] : [changeText(lead, change)])].join(' '),
    nextStep: nextStepFor(lead, learned, change !== undefined),
    score: lead.score / 1_000_000,
    decisionBand: lead.decisionBand,
    confidence: lead.confidence / 1_000_000,
    trackRecord: bandRecord(calibration, lead.decisionBand),
    hostnames: [...new Set(members.flatMap((c) => c.hostnames))],
    firstUs: Math.min(...members.map((c) => c.firstUs)),
    lastUs: Math.max(...members.map((c) => c.lastUs)),
    related: related.map(({ candidateId, title }) => ({ candidateId, title })),
  };
}

function whyOf({ lead, related }: Story): string {
  if (related.length === 0) return lead.explanation;
  const titles = [...new Set(related.map((c) => shortened(c.title, RELATED_TITLE_CHARS)))];
  const others = `${counted(related.length, 'related detection')} at the same time and place: ${namedSome(titles, 2)}`;
  return `${lead.explanation} ${sentence(others)}`;
}

function changeText(lead: OpenCandidate, { title, kind, author, startUs }: NearbyChange): string {
  const awayUs = lead.firstUs - startUs;
  const when = awayUs >= 0 ? `${spanText(awayUs)} before it began` : 'As it began';
  return `${when[0]!.toUpperCase()}${when.slice(1)}, a change was recorded: "${title}" (${kind}, by ${author}).`;
}

/** Of the foremost member about which anything was learned. */
function bestLearned({ lead, related }: Story, learned: ReadonlyMap<string, Learned>): Learned | undefined {
  const known = [lead, ...related].flatMap((c) => c.signatureIds).flatMap((id) => learned.get(id) ?? []);
  return known.find((l) => l.hint !== null) ?? known.find((l) => l.lesson !== null);
}
