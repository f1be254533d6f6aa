import { applyVerdicts, type Scored } from './apply-verdicts.ts';
import type { Changed, VerdictServices } from './change-verdicts.ts';
import { obeySettings } from './obey-settings.ts';

/** How verdicts change, beside counting's own: detection looks again at what that changes. */
export interface VerdictChanges {
  /** What a model said takes effect; what was worded otherwise since it was claimed is left. */
  applyVerdicts(tenantId: number, scorer: string, scored: readonly Scored[]): Promise<Changed>;
  /** Some verdicts become what they would be, had the settings always been these; false: all are. */
  obeySettings(tenantId: number, hasModel: boolean): Promise<boolean>;
}

/** In the thread that calls it. */
export const localVerdicts = (services: VerdictServices): VerdictChanges => ({
  applyVerdicts: (tenantId, scorer, scored) => applyVerdicts(services, tenantId, scorer, scored),
  obeySettings: (tenantId, hasModel) => obeySettings(services, tenantId, hasModel),
});
