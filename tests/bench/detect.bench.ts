// False episodes on simulated series, beside the two rules that everybody writes first, and the bursts that are found:
// `npm run bench:detect -- [FIRST_SEED [LAST_SEED]]`. Exit code 1 where one of the bounds does not hold.
import Table from 'cli-table3';
import { type Detector, medianAndMad, ours, threeTimesMean } from '../support/episode-detectors.ts';
import { DAYS, type Simulated } from '../support/simulated-series.ts';
import { BURSTS, falseEpisodes, foundBursts, QUIET, STEPS } from '../support/spike-scenarios.ts';

const [first = 1, last = 20] = process.argv.slice(2).map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
let failures = 0;

const tableOf = (...head: string[]) => new Table({ head, style: { head: [], border: [], compact: true } });

const verdict = (holds: boolean): string => {
  if (!holds) failures++;
  return holds ? 'holds' : 'FAILS';
};

function falseTable(): string {
  const table = tableOf('series', 'bound', 'ours', '', '> 3 × mean', 'median + 3 MAD');
  for (const { name, make, bound } of QUIET) {
    const all = seeds.map(make);
    const perDay = (detector: Detector) =>
      all.reduce((sum, series) => sum + falseEpisodes(series, detector).length, 0) / (seeds.length * DAYS);
    const own = perDay(ours);
    const others = [threeTimesMean, medianAndMad].map((detector) => perDay(detector).toFixed(1));
    table.push([name, bound, own.toFixed(3), verdict(own <= bound), ...others]);
  }
  return table.toString();
}

function burstTable(): string {
  const table = tableOf('bursts, one a day', 'found', '');
  for (const { name, make, mustFindAll } of BURSTS) {
    const counted = seeds.map((seed) => {
      const series: Simulated = make(seed);
      return { found: foundBursts(series, ours), of: series.bursts.length };
    });
    const found = counted.reduce((sum, c) => sum + c.found, 0);
    const of = counted.reduce((sum, c) => sum + c.of, 0);
    table.push([name, `${found} of ${of}`, mustFindAll ? verdict(found === of) : '']);
  }
  return table.toString();
}

function stepTable(): string {
  const table = tableOf('a permanent step to four times the level', 'one episode', '');
  for (const { name, make, mustBeOne } of STEPS) {
    const once = seeds.filter((seed) => ours(make(seed)).length === 1).length;
    table.push([name, `${once} of ${seeds.length}`, mustBeOne ? verdict(once === seeds.length) : '']);
  }
  return table.toString();
}

console.log(`Seeds ${first} to ${last}, ${DAYS} days each. False episodes per series and day:`);
console.log(falseTable());
console.log(burstTable());
console.log(stepTable());
process.exitCode = failures === 0 ? 0 : 1;
