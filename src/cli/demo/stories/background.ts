// The ordinary life of six machines: what every log is mostly made of. It keeps the hosts alive in the eyes of the
// detectors and is calm by construction: nothing worse than NOTICE, and never ten lines of one kind in five minutes.
import { Severity } from '../../../domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_SECOND } from '../../../domain/time.ts';
import { daemonLine, fileLine, type LogLine, SAMPLE_DAYS, type Story, serviceLine } from '../lines.ts';
import { type Random, seededRandom } from '../random.ts';

interface Habit {
  /** Seconds between two lines: the least and the most. */
  readonly every: readonly [number, number];
  /** Hours of the day (UTC) in which it happens; all of them where absent. */
  readonly hours?: readonly [number, number];
  line(atUs: Micros, random: Random): LogLine;
}

const PEOPLE = ['ana', 'ben', 'chloe'];
const PAGES = [
  '/home',
  '/cart',
  '/products/1834',
  '/products/2207',
  '/search?q=tea',
  '/checkout',
  '/account',
];
const TABLES = ['orders', 'order_items', 'carts', 'sessions'];

const officeAddress = (random: Random): string => `192.0.2.${random.between(60, 90)}`;
const port = (random: Random): number => random.between(49_152, 65_000);
const pid = (random: Random): number => random.between(1_200, 31_000);

const BASTION: readonly Habit[] = [
  {
    every: [170, 420],
    line: (atUs) =>
      fileLine(atUs, 'bastion', 'chronyd[584]', 'Selected source 192.0.2.123 (ntp.larkspur.example)'),
  },
  {
    every: [1_500, 3_900],
    hours: [6, 19],
    line: (atUs, random) =>
      fileLine(
        atUs,
        'bastion',
        `sshd[${pid(random)}]`,
        `Accepted publickey for ${random.pick(PEOPLE)} from ${officeAddress(random)} port ${port(random)} ssh2`,
      ),
  },
  {
    every: [1_500, 3_900],
    hours: [6, 19],
    line: (atUs, random) =>
      fileLine(
        atUs,
        'bastion',
        'systemd-logind[602]',
        `New session ${random.between(100, 990)} of user ${random.pick(PEOPLE)}.`,
      ),
  },
];

const webServer = (host: string): readonly Habit[] => [
  {
    every: [100, 260],
    line: (atUs, random) =>
      serviceLine(
        atUs,
        host,
        'shop#2214',
        Severity.INFO,
        `GET ${random.pick(PAGES)} 200 in ${random.between(8, 180)} ms`,
      ),
  },
  {
    every: [280, 900],
    hours: [5, 23],
    line: (atUs, random) =>
      serviceLine(
        atUs,
        host,
        'shop#2214',
        Severity.INFO,
        `order ${random.between(47_000, 49_999)} placed, ${random.between(1, 6)} items`,
      ),
  },
];

const DATABASE: readonly Habit[] = [
  {
    every: [280, 320],
    line: (atUs, random) =>
      fileLine(
        atUs,
        'db-1',
        'postgres[911]',
        `LOG:  checkpoint complete: wrote ${random.between(120, 2_400)} buffers; write=${random.between(12, 269)}.${random.between(100, 999)} s`,
      ),
  },
  {
    every: [900, 2_700],
    line: (atUs, random) =>
      fileLine(
        atUs,
        'db-1',
        `postgres[${pid(random)}]`,
        `LOG:  automatic analyze of table "shop.public.${random.pick(TABLES)}": system usage: CPU ${random.between(1, 9)} ms`,
      ),
  },
];

const SWITCH: readonly Habit[] = [
  {
    every: [180, 420],
    line: (atUs, random) =>
      daemonLine(
        atUs,
        'core-sw1',
        'dhcpd',
        Severity.INFO,
        `DHCPACK on ${officeAddress(random)} to 3c:52:82:${hexPair(random)}:${hexPair(random)}:${hexPair(random)}`,
      ),
  },
  {
    every: [20_000, 60_000],
    hours: [7, 17],
    line: (atUs, random) =>
      daemonLine(
        atUs,
        'core-sw1',
        'config',
        Severity.NOTICE,
        `configuration saved by ${random.pick(PEOPLE)} on vty0`,
      ),
  },
];

const BACKUP: readonly Habit[] = [
  {
    every: [240, 480],
    line: (atUs, random) =>
      fileLine(
        atUs,
        'backup',
        'restic[1177]',
        `snapshot ${random.between(0x10000000, 0xfffffff0).toString(16)} of ${random.pick(['web-1', 'web-2', 'db-1'])} saved, ${random.between(3, 240)} files, ${random.between(1, 90)} MiB`,
      ),
  },
];

const hexPair = (random: Random): string => random.between(0, 255).toString(16).padStart(2, '0');

const HABITS = [
  ...BASTION,
  ...webServer('web-1'),
  ...webServer('web-2'),
  ...DATABASE,
  ...SWITCH,
  ...BACKUP,
] as const;

export const background: Story = (anchorUs) =>
  HABITS.flatMap((habit, n) => occurrences(habit, anchorUs, seededRandom(40_000 + n)));

function occurrences(habit: Habit, anchorUs: Micros, random: Random): LogLine[] {
  const [least, most] = habit.every;
  const [from, until] = habit.hours ?? [0, 24];
  const lines: LogLine[] = [];
  let atUs = anchorUs - SAMPLE_DAYS * US_PER_DAY + random.between(0, most) * US_PER_SECOND;
  while (atUs < anchorUs) {
    const hour = new Date(atUs / 1000).getUTCHours();
    if (hour >= from && hour < until) lines.push(habit.line(atUs, random));
    atUs += random.between(least, most) * US_PER_SECOND;
  }
  return lines;
}
