// From a finding to the row of its candidate: scored, banded, silenced where people asked for it.
import type { Finding } from '../../detect/finding.ts';
import { formatMicros, type Micros } from '../../domain/time.ts';
import type { CandidateState } from '../../domain/words.ts';
import type { ScoreInputs } from '../../score/inputs.ts';
import { scoreCandidate } from '../../score/score.ts';
import type { ScoreSettings } from '../../score/settings.ts';
import { type Suppressible, type SuppressionRule, suppressionOf } from '../../score/suppression.ts';
import type { Judgements } from './judgements.ts';
import type { CandidateContent } from './stored-candidates.ts';

export interface Assessed {
  readonly content: CandidateContent;
  readonly inputs: ScoreInputs;
}

/** `firstSeenUs` of the signature (the oldest, where there are several); `state` as stored, null for a new one. */
export function assess(
  finding: Finding,
  firstSeenUs: Micros,
  judgements: Judgements,
  state: CandidateState | null,
  settings: ScoreSettings,
): Assessed {
  const inputs: ScoreInputs = {
    strength: finding.strength,
    severity: finding.severity,
    episodes: finding.episodes,
    distinctDays: finding.distinctDays,
    assets: finding.assetIds.length,
    signatureAgeUs: Math.max(0, finding.lastUs - firstSeenUs),
    events: finding.events,
    sourced: finding.sourced,
    reviews: judgements.reviews,
    ownDecisions: judgements.ownDecisions,
  };
  const { score, breakdown, band, confidence } = scoreCandidate(inputs, settings);
  return {
    inputs,
    content: {
      ...stateOf(state, suppressible(finding), judgements.suppressions),
      title: finding.title,
      summary: finding.summary,
      explanation: finding.explanation,
      firstSeenAt: sixDigits(finding.firstUs),
      lastSeenAt: sixDigits(finding.lastUs),
      score,
      scoreBreakdown: breakdown,
      decisionBand: band,
      confidence,
      severity: finding.severity,
      episodeCount: finding.episodes,
      eventCount: finding.events,
      metadata: finding.metadata,
    },
  };
}

function suppressible({ lastUs, severity, metadata }: Finding): Suppressible {
  const { peak } = metadata as { peak?: number };
  return { lastUs, severity, peak: peak ?? null };
}

/** What a person closed or promoted stays so; silence holds as long as its rule does. */
function stateOf(
  stored: CandidateState | null,
  subject: Suppressible,
  rules: readonly SuppressionRule[],
): Pick<CandidateContent, 'state' | 'suppressedUntil' | 'suppressedReason'> {
  const audible = { suppressedUntil: null, suppressedReason: null };
  if (stored === 'PROMOTED' || stored === 'DISMISSED') return { state: stored, ...audible };
  const rule = suppressionOf(subject, rules);
  if (rule === null) return { state: 'OPEN', ...audible };
  return { state: 'SUPPRESSED', suppressedUntil: sixDigits(rule.untilUs), suppressedReason: rule.reason };
}

/** As `to_char(… .US)` writes it, so that equal times are equal texts. */
function sixDigits(us: Micros): string {
  const text = formatMicros(us);
  return text.length === 24 ? `${text.slice(0, -1)}000Z` : text;
}
