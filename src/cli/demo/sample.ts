// Four days of syslog of Larkspur, a small company with a web shop: written here, not recorded anywhere.
import { type Micros, US_PER_DAY } from '../../domain/time.ts';
import type { LogLine, Story } from './lines.ts';
import { background } from './stories/background.ts';
import { bruteForce } from './stories/brute-force.ts';
import { flappingLink } from './stories/flapping-link.ts';
import { fullDisk } from './stories/full-disk.ts';
import { nightlyCron } from './stories/nightly-cron.ts';
import { unluckyDeploy } from './stories/unlucky-deploy.ts';

const STORIES: readonly Story[] = [
  background,
  nightlyCron,
  unluckyDeploy,
  flappingLink,
  fullDisk,
  bruteForce,
];

/** The midnight (UTC) at or before `us`: the moment at which the sample ends. */
export const anchorOf = (us: Micros): Micros => us - (us % US_PER_DAY);

/** The sample's raw lines in order of time, all before `anchorUs`; the same anchor always gives the same lines. */
export function sampleLines(anchorUs: Micros): string[] {
  const lines: LogLine[] = STORIES.flatMap((story) => story(anchorUs));
  lines.sort((a, b) => a.atUs - b.atUs);
  return lines.map((line) => line.text);
}
