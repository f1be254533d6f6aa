// The program of the thread that counts and detects; each export is a task.
import { Piscina } from 'piscina';
import { systemClock } from '../../domain/time.ts';
import { openStore } from '../../store/store.ts';
import type { DatabaseTarget } from '../../store/target.ts';
import { FamilyLearner } from '../families/learner.ts';
import { RuleBooks } from '../rules/rule-books.ts';
import type { FoldServices } from './fold.ts';
import type { FoldRunner } from './fold-runner.ts';
import { LocalFolds } from './local-folds.ts';

export interface FoldWorkerSettings extends Pick<FoldServices, 'incidentActiveUs' | 'anomalyThreshold'> {
  readonly target: DatabaseTarget;
}

const { target, ...settings } = Piscina.workerData as FoldWorkerSettings;
const store = openStore(target);
const folds = new LocalFolds({
  ...settings,
  store,
  clock: systemClock,
  learner: new FamilyLearner(),
  rules: new RuleBooks(store, systemClock),
});

/** It is here. */
export const warmUp = (_: []) => {};
export const offer = (input: Parameters<FoldRunner['offer']>) => folds.offer(...input);
export const fold = (input: Parameters<FoldRunner['fold']>) => folds.fold(...input);
export const passTime = (input: Parameters<FoldRunner['passTime']>) => folds.passTime(...input);
export const applyVerdicts = (input: Parameters<FoldRunner['applyVerdicts']>) =>
  folds.applyVerdicts(...input);
export const obeySettings = (input: Parameters<FoldRunner['obeySettings']>) => folds.obeySettings(...input);
export const close = (_: []) => store.close();
