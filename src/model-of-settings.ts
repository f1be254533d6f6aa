import { join } from 'node:path';
import { HUGGING_FACE_URL } from './anomaly/model/fetch-model.ts';
import { ModelScorer } from './anomaly/model/model-scorer.ts';
import type { Settings } from './settings.ts';

/** The model that is set up, not opened yet; null: none is. Downloads are kept beside the embedded database. */
export function modelOfSettings({ anomalyModel, anomalyDevice, dataDir }: Settings): ModelScorer | null {
  if (anomalyModel === undefined) return null;
  const hub = { url: HUGGING_FACE_URL, cacheDir: join(dataDir, 'models') };
  return new ModelScorer({ model: anomalyModel, device: anomalyDevice, hub });
}
