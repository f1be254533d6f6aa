// BURST: one signature on one asset far above its normal rate. Bursts that are a habit of the series do not count.
import { type Severity, severityName, worstOf } from '../domain/severity.ts';
import { type Micros, minuteOf, US_PER_MINUTE } from '../domain/time.ts';
import { exampleSpans, type Finding } from './finding.ts';
import { type Bucket, type Hostnames, NO_ASSET, type SignatureFacts } from './rows.ts';
import { splitRuns } from './runs.ts';
import type { DetectSettings } from './settings.ts';
import type { BurstSpan } from './spike.ts';
import { counted, distinctDays, onHosts, quoted, rounded, spaced, utcRange, utcTime } from './text.ts';

/** A burst with its evidence. Times are those of its first and its last event, both included. */
export interface Burst {
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly unitMinutes: number;
  /** Events per `unitMinutes`. */
  readonly baseline: number;
  readonly peak: number;
  readonly peakMinute: number;
  /** Events in its busiest minute. */
  readonly peakPerMinute: number;
  readonly events: number;
  readonly sourced: number;
  readonly worst: Severity;
}

export interface StoredBurst extends Burst {
  readonly groupId: string;
  readonly recurring: boolean;
}

/** Reads the burst's evidence from the buckets of its series. */
export function measureBurst(span: BurstSpan, buckets: readonly Bucket[]): Burst {
  const inside = buckets.filter((b) => span.startMinute <= b.minute && b.minute < span.endMinute);
  return {
    startUs: Math.min(...inside.map((b) => b.firstUs)),
    endUs: Math.max(...inside.map((b) => b.lastUs)),
    unitMinutes: span.unitMinutes,
    baseline: span.baseline,
    peak: span.peak,
    peakMinute: span.peakMinute,
    peakPerMinute: Math.max(...inside.map((b) => b.n)),
    events: inside.reduce((sum, b) => sum + b.n, 0),
    sourced: inside.reduce((sum, b) => sum + b.sourced, 0),
    worst: worstOf(inside.map((b) => b.worst)),
  };
}

/** `212 times in 9 minutes on bastion, 2026-03-04 02:10–02:19 UTC; normal is 0.5 a minute` */
export function burstText(burst: Burst, assetId: string, hostnames: Hostnames): string {
  const minutes = minuteOf(burst.endUs) - minuteOf(burst.startUs) + 1;
  const where = spaced(
    counted(burst.events, 'time'),
    `in ${counted(minutes, 'minute')}`,
    onHosts([assetId], hostnames),
  );
  return `${where}, ${utcRange(burst.startUs, burst.endUs)}; normal is ${normalRate(burst)} a minute`;
}

const normalRate = (burst: Burst): string => rounded(burst.baseline / burst.unitMinutes);

export const burstSubject = (signature: Pick<SignatureFacts, 'key'>, hostname: string | undefined): string =>
  `sig:${signature.key}${hostname === undefined ? '' : `@${hostname}`}`;

/** One finding per run of bursts of one (signature, asset); recurring ones are left out. */
export function findBurstRuns(
  signature: SignatureFacts,
  assetId: string,
  bursts: readonly StoredBurst[],
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding[] {
  const unusual = bursts.filter((burst) => !burst.recurring).sort((a, b) => a.startUs - b.startUs);
  return splitRuns(unusual, settings.runGapUs).map((run) => describe(signature, assetId, run, hostnames));
}

const excess = (burst: Burst) => (burst.peak + 5) / (burst.baseline + 5);

function describe(
  signature: SignatureFacts,
  assetId: string,
  run: readonly StoredBurst[],
  hostnames: Hostnames,
): Finding {
  const strongest = run.reduce((best, b) => (excess(b) > excess(best) ? b : best));
  const severity = worstOf(run.map((b) => b.worst));
  const days = distinctDays(run.map((b) => b.startUs));
  const where = onHosts([assetId], hostnames);
  const text = burstText(strongest, assetId, hostnames);
  const others =
    run.length === 1 ? '' : ` It is the strongest of ${run.length} bursts on ${counted(days, 'day')}.`;
  const peak = `${counted(strongest.peak, 'event')} in ${counted(strongest.unitMinutes, 'minute')} at ${utcTime(strongest.peakMinute * US_PER_MINUTE)}`;
  return {
    type: 'BURST',
    subject: burstSubject(signature, hostnames.get(assetId)),
    firstUs: run[0]!.startUs,
    lastUs: run.reduce((last, b) => Math.max(last, b.endUs), 0),
    signatureIds: [signature.signatureId],
    assetIds: assetId === NO_ASSET ? [] : [assetId],
    groupIds: run.map((b) => b.groupId),
    severity,
    episodes: run.length,
    distinctDays: days,
    events: run.reduce((sum, b) => sum + b.events, 0),
    sourced: run.reduce((sum, b) => sum + b.sourced, 0),
    strength: { type: 'BURST', peak: strongest.peak, baseline: strongest.baseline },
    title: spaced(`Burst of ${quoted(signature.pattern)}`, where),
    summary: text,
    explanation: `${quoted(signature.pattern)} came ${text}. The peak was ${peak}, worst severity ${severityName(severity)}.${others}`,
    metadata: {
      bursts: run.length,
      peak: run.reduce((most, b) => Math.max(most, b.peakPerMinute), 0),
      peakAt: new Date((strongest.peakMinute * US_PER_MINUTE) / 1_000).toISOString(),
      baselinePerMinute: strongest.baseline / strongest.unitMinutes,
    },
    examples: exampleSpans(
      run.map((b) => ({
        signatureIds: [signature.signatureId],
        assetId,
        fromUs: b.startUs,
        toUs: b.endUs,
      })),
    ),
  };
}
