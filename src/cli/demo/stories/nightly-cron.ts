// The nightly report: a small flood of lines at 02:30 every night, all of it harmless. Nothing here deserves an alarm.
import { type Micros, US_PER_SECOND } from '../../../domain/time.ts';
import { fileLine, type LogLine, SAMPLE_DAYS, type Story, timeOn } from '../lines.ts';
import { type Random, seededRandom } from '../random.ts';

const SHOPS = ['de', 'fr', 'nl', 'at', 'dk', 'se', 'pl'];

export const nightlyCron: Story = (anchorUs) => {
  const random = seededRandom(230);
  return Array.from({ length: SAMPLE_DAYS }, (_, day) => oneNight(anchorUs, day, random)).flat();
};

function oneNight(anchorUs: Micros, day: number, random: Random): LogLine[] {
  let atUs = timeOn(anchorUs, day, '02:30:01');
  const pid = random.between(9_000, 9_900);
  const tag = `nightly-report[${pid}]`;
  const lines = [fileLine(atUs, 'backup', `CRON[${pid - 1}]`, '(root) CMD (/usr/local/bin/nightly-report)')];
  const say = (message: string): void => {
    atUs += random.between(1, 4) * US_PER_SECOND;
    lines.push(fileLine(atUs, 'backup', tag, message));
  };
  say('collecting the orders of the day');
  for (const shop of SHOPS)
    say(`shop ${shop}-${day + 1}: ${random.between(140, 420)} orders, ${random.between(9, 61)} pages`);
  say(
    `wrote /srv/reports/${new Date(atUs / 1000).toISOString().slice(0, 10)}.pdf, ${random.between(800, 990)} kB`,
  );
  say(`done in ${Math.round((atUs - timeOn(anchorUs, day, '02:30:01')) / US_PER_SECOND)} s`);
  return lines;
}
