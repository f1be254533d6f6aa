// The database's disk fills up over three days: a warning every few hours, then errors when nothing fits any more.
import { Severity } from '../../../domain/severity.ts';
import { type Micros, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../../../domain/time.ts';
import { daemonLine, fileLine, type LogLine, type Story, timeOn } from '../lines.ts';
import { seededRandom } from '../random.ts';

const DISK_GB = 200;
const FIRST_PERCENT = 80;
const FULL_AT = { day: 3, clock: '17:20:00' };
const REFUSALS = [
  { clock: '17:24:31', count: 6 },
  { clock: '19:02:10', count: 7 },
  { clock: '21:37:45', count: 8 },
];

export const fullDisk: Story = (anchorUs) => [...warnings(anchorUs), ...refusals(anchorUs)];

function warnings(anchorUs: Micros): LogLine[] {
  const random = seededRandom(8_100);
  const firstUs = timeOn(anchorUs, 1, '01:15:00');
  const fullUs = timeOn(anchorUs, FULL_AT.day, FULL_AT.clock);
  const lines: LogLine[] = [];
  for (let atUs = firstUs; atUs < fullUs; atUs += 3 * US_PER_HOUR + random.between(-9, 9) * US_PER_MINUTE) {
    const share = (atUs - firstUs) / (fullUs - firstUs);
    const percent = Math.floor(FIRST_PERCENT + (99 - FIRST_PERCENT) * share);
    const freeGb = (DISK_GB * (1 - (FIRST_PERCENT + (100 - FIRST_PERCENT) * share) / 100)).toFixed(1);
    lines.push(
      daemonLine(
        atUs,
        'db-1',
        'diskwatch#611',
        Severity.WARNING,
        `filesystem /var/lib/postgresql is ${percent}% full, ${freeGb} GB left`,
      ),
    );
  }
  return lines;
}

function refusals(anchorUs: Micros): LogLine[] {
  const random = seededRandom(28_000);
  return REFUSALS.flatMap(({ clock, count }) => {
    let atUs = timeOn(anchorUs, FULL_AT.day, clock);
    return Array.from({ length: count }, () => {
      const file = `base/16384/${random.between(24_500, 24_900)}`;
      const line = fileLine(
        atUs,
        'db-1',
        `postgres[${random.between(18_200, 18_290)}]`,
        `ERROR:  could not extend file "${file}": No space left on device`,
      );
      atUs += random.between(45, 120) * US_PER_SECOND;
      return line;
    });
  });
}
