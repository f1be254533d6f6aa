// Scoring by models of a folder, over a test's pipeline.
import { join } from 'node:path';
import { ModelScorer } from '../../src/anomaly/model/model-scorer.ts';
import { silentLogger } from '../../src/domain/logger.ts';
import { US_PER_DAY } from '../../src/domain/time.ts';
import { AnomalyScoring, type ScoringOptions } from '../../src/pipeline/scoring/scoring.ts';
import { localVerdicts } from '../../src/pipeline/scoring/verdict-changes.ts';
import type { TestPipeline } from './pipeline.ts';

/** Nothing listens there. */
const NO_HUB = 'http://127.0.0.1:9';

/** The model in the folder `name` of `home`. */
export const modelIn = (home: string, name: string): ModelScorer =>
  new ModelScorer({
    model: join(home, name),
    device: 'cpu',
    hub: { url: NO_HUB, cacheDir: join(home, 'cache') },
  });

export const scoringOf = (
  { store, clock, pipeline }: TestPipeline,
  model: ModelScorer | null,
  more: Partial<Pick<ScoringOptions, 'batch' | 'anomalyThreshold'>> = {},
): AnomalyScoring =>
  new AnomalyScoring({
    store,
    clock,
    logger: silentLogger,
    verdicts:
      more.anomalyThreshold === undefined
        ? pipeline.verdicts
        : localVerdicts({
            store,
            clock,
            incidentActiveUs: 90 * US_PER_DAY,
            anomalyThreshold: more.anomalyThreshold,
          }),
    anomalyThreshold: 0.75,
    batch: 256,
    model,
    ...more,
  });
