// The scorer that needs no model: phrases that tell of trouble, against what relieves them, weighed by severity.
// Each phrase group that matches is independent evidence for its label (a noisy-or, as in Pearl, Probabilistic
// Reasoning in Intelligent Systems, 1988, section 4.3.2); the level that the source gave is one more witness.
import type { Severity } from '../domain/severity.ts';
import { cutText } from './cut-text.ts';
import type { AnomalyLabel } from './labels.ts';
import { LEXICON, type PhraseGroup, RELIEF } from './lexicon.ts';
import type { ScorableText, Scorer, Verdict } from './scorer.ts';

/** Below it nothing is wrong. */
const MIN_RISK = 0.4;

/** How likely a line of this level reports a trouble, by rank, DEBUG first. */
const LEVEL_EVIDENCE = [0, 0, 0, 0.25, 0.55, 0.8, 0.85, 0.9] as const;
/** How much of its words' alarm a line of this level keeps. */
const LEVEL_KEEPS = [0.45, 0.6, 0.7, 1, 1, 1, 1, 1] as const;
/** A level with no telling word is weaker evidence than one that the words confirm. */
const WORDLESS_LEVEL = 0.8;
/** Words like "failed" go with every trouble: a failure of the system wins only where it is clearly ahead. */
const GENERIC_HANDICAP = 0.12;
/** How much those words confirm a more specific label. */
const GENERIC_SUPPORT = 0.5;

type Trouble = Exclude<AnomalyLabel, 'NORMAL'>;
const TROUBLES = Object.keys(LEXICON) as Trouble[];

const compiled = ([weight, ...phrases]: PhraseGroup) => ({
  weight,
  pattern: new RegExp(phrases.join('|'), 'i'),
});
const EVIDENCE = TROUBLES.flatMap((label) => LEXICON[label].map((group) => ({ label, ...compiled(group) })));
const RELIEVING = RELIEF.map(compiled);

/** `risk`: 0 to 1, whatever the label. */
export function judgeText({
  text,
  severity,
}: ScorableText): Verdict & { readonly label: AnomalyLabel; readonly risk: number } {
  const head = cutText(text);
  const likelihoods = withLevel(likelihoodsOf(head), severity);
  const label = likeliest(likelihoods);
  if (label === null) return { label: 'NORMAL', score: 1, risk: 0 };
  const own = likelihoods.get(label)!;
  const generic = label === 'SYSTEM_FAILURE' ? 0 : (likelihoods.get('SYSTEM_FAILURE') ?? 0);
  const alarm = 1 - (1 - own) * (1 - GENERIC_SUPPORT * generic);
  const relieved = RELIEVING.reduce(
    (left, { weight, pattern }) => (pattern.test(head) ? left * weight : left),
    alarm,
  );
  const risk = relieved * LEVEL_KEEPS[severity];
  return risk < MIN_RISK ? { label: 'NORMAL', score: 1 - risk, risk } : { label, score: risk, risk };
}

function likelihoodsOf(text: string): Map<Trouble, number> {
  const likelihoods = new Map<Trouble, number>();
  for (const { label, weight, pattern } of EVIDENCE)
    if (pattern.test(text)) likelihoods.set(label, 1 - (1 - (likelihoods.get(label) ?? 0)) * (1 - weight));
  return likelihoods;
}

/** The level speaks for what the words speak for most. */
function withLevel(likelihoods: Map<Trouble, number>, severity: Severity): Map<Trouble, number> {
  const level = LEVEL_EVIDENCE[severity];
  if (level === 0) return likelihoods;
  const [top = 'SYSTEM_FAILURE'] = [...likelihoods.keys()].sort(
    (a, b) => likelihoods.get(b)! - likelihoods.get(a)!,
  );
  const words = likelihoods.get(top) ?? 0;
  return likelihoods.set(top, 1 - (1 - words) * (1 - level * (words > 0 ? 1 : WORDLESS_LEVEL)));
}

function likeliest(likelihoods: ReadonlyMap<Trouble, number>): Trouble | null {
  let best: Trouble | null = null;
  let most = 0;
  for (const [label, likelihood] of likelihoods) {
    const standing = likelihood - (label === 'SYSTEM_FAILURE' ? GENERIC_HANDICAP : 0);
    if (standing > most) [best, most] = [label, standing];
  }
  return best;
}

export const builtInScorer: Scorer = {
  name: 'builtin',
  score: (texts) => texts.map(judgeText).map(({ label, score }) => ({ label, score })),
};
