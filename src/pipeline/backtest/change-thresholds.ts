import { ValidationError } from '../../domain/errors.ts';
import { KNOBS, type Knob, type Thresholds } from './knobs.ts';

/** Values by group and name of {@link KNOBS}; null and absent: as it is. */
export type Changes = Readonly<
  Record<string, Readonly<Record<string, number | null | undefined>> | null | undefined>
>;

export interface Changed {
  readonly thresholds: Thresholds;
  readonly settings: readonly ChangedSetting[];
}

/** In the unit of its name. */
export interface ChangedSetting {
  /** `spike.ratio` */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Throws ValidationError for a value out of bounds, bands out of order, or where nothing changes. */
export function changeThresholds(present: Thresholds, changes: Changes): Changed {
  let thresholds = present;
  const settings: ChangedSetting[] = [];
  for (const knob of KNOBS) {
    const to = changes[knob.group]?.[knob.name];
    if (to === null || to === undefined) continue;
    check(knob, to);
    const from = (valueAt(present, knob.path) as number) / knob.unit;
    if (from === to) continue;
    thresholds = withValue(thresholds, knob.path, stored(knob, to)) as Thresholds;
    settings.push({ name: `${knob.group}.${knob.name}`, from, to });
  }
  if (settings.length === 0)
    throw new ValidationError('Nothing would change: give at least one setting another value than it has.', [
      'settings',
    ]);
  checkBands(thresholds);
  checkLead(thresholds);
  return { thresholds, settings };
}

const stored = (knob: Knob, value: number): number =>
  knob.unit === 1 ? value : Math.round(value * knob.unit);

function check({ group, name, kind, least, most }: Knob, value: number): void {
  const isFit =
    Number.isFinite(value) &&
    value >= least &&
    value <= most &&
    (kind === 'ratio' || Number.isInteger(value));
  if (isFit) return;
  const what = kind === 'ratio' ? 'a number' : 'a whole number';
  throw new ValidationError(`${group}.${name} takes ${what} from ${least} to ${most}, not ${value}.`, [
    'settings',
    group,
    name,
  ]);
}

function checkBands({ score }: Thresholds): void {
  const floors = score.bandFloors.map((floor) => floor.from);
  if (floors.every((floor, i) => i === 0 || floor >= floors[i - 1]!)) return;
  throw new ValidationError('watchFrom, reviewFrom and urgentFrom must ascend.', ['settings', 'score']);
}

function checkLead({ detect: { precursor } }: Thresholds): void {
  if (precursor.minLeadUs < precursor.maxLeadUs) return;
  throw new ValidationError('minLeadMinutes must be less than maxLeadMinutes.', ['settings', 'precursor']);
}

type Key = string | number;

const valueAt = (of: unknown, path: readonly Key[]): unknown =>
  path.reduce((at, key) => (at as Record<Key, unknown>)[key], of);

function withValue(of: unknown, path: readonly Key[], value: number): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const changed = withValue((of as Record<Key, unknown>)[key], rest, value);
  if (Array.isArray(of)) return of.map((item, i) => (i === key ? changed : item));
  return { ...(of as object), [key]: changed };
}
