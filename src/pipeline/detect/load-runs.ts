// Loads the runs that touched times belong to, whole: widens the look until each run's ends are in sight.
import { splitRuns, type Timed } from '../../detect/runs.ts';
import type { Micros } from '../../domain/time.ts';

/** Times whose runs are wanted; both ends included. */
export interface Region {
  readonly key: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** Items that touch each region, ascending by start, by the region's key. */
export type Fetch<T extends Timed> = (regions: readonly Region[]) => Promise<ReadonlyMap<string, T[]>>;

const EARLIEST_US = 0;
const LATEST_US = 253_402_300_799_000_000;

/** For each region the items of every run within `gapUs` of it, and of no other. */
export async function loadRuns<T extends Timed>(
  regions: readonly Region[],
  gapUs: Micros,
  fetch: Fetch<T>,
): Promise<Map<string, T[]>> {
  const whole = new Map<string, T[]>();
  let open = [...regions];
  for (let margin = 2 * gapUs; open.length > 0; margin *= 4) {
    const looks = open.map((region) => ({
      key: region.key,
      fromUs: Math.max(EARLIEST_US, region.fromUs - margin),
      toUs: Math.min(LATEST_US, region.toUs + margin),
    }));
    const found = await fetch(looks);
    const unfinished: Region[] = [];
    open.forEach((region, i) => {
      const near = itemsNear(found.get(region.key) ?? [], region, gapUs);
      if (endsInSight(near, looks[i]!, gapUs)) whole.set(region.key, near);
      else unfinished.push(region);
    });
    open = unfinished;
  }
  return whole;
}

const lastEnd = (items: readonly Timed[]): Micros =>
  items.reduce((last, item) => Math.max(last, item.endUs), Number.NEGATIVE_INFINITY);

function itemsNear<T extends Timed>(items: readonly T[], region: Region, gapUs: Micros): T[] {
  return splitRuns(items, gapUs)
    .filter((run) => run[0]!.startUs - gapUs <= region.toUs && lastEnd(run) + gapUs >= region.fromUs)
    .flat();
}

function endsInSight(items: readonly Timed[], look: Region, gapUs: Micros): boolean {
  if (items.length === 0) return true;
  const beginsInSight = look.fromUs === EARLIEST_US || items[0]!.startUs - gapUs >= look.fromUs;
  const endsInSight = look.toUs === LATEST_US || lastEnd(items) + gapUs <= look.toUs;
  return beginsInSight && endsInSight;
}
