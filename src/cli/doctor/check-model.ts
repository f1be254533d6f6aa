import { modelOfSettings } from '../../model-of-settings.ts';
import type { Settings } from '../../settings.ts';
import type { Finding } from './finding.ts';

/** Loads the model as the server would; nothing where none is set up. */
export async function checkModel(settings: Settings): Promise<Finding[]> {
  const model = modelOfSettings(settings);
  if (model === null) return [];
  const name = 'anomaly model';
  try {
    const { name: scorer, runtime } = await model.open();
    const facts = { scorer, runtime, device: model.device };
    return [{ name, status: 'ok', detail: 'It is loaded, and answers.', facts }];
  } catch (error) {
    return [{ name, status: 'failed', detail: (error as Error).message }];
  } finally {
    await model.close();
  }
}
