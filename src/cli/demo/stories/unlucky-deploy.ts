// Version 2.14.0 of the shop expects a column that the database does not have: eight minutes of failing checkouts on
// both web servers, then a rollback.
import { Severity } from '../../../domain/severity.ts';
import { type Micros, US_PER_MS, US_PER_SECOND } from '../../../domain/time.ts';
import { type LogLine, type Story, serviceLine, timeOn } from '../lines.ts';
import { seededRandom } from '../random.ts';

const SERVERS = ['web-1', 'web-2'];
const DAY = 1;

export const unluckyDeploy: Story = (anchorUs) => [
  deployctl(anchorUs, '14:02:05', 'deploying shop 2.14.0 to web-1 and web-2, requested by ben'),
  deployctl(anchorUs, '14:02:48', 'shop 2.14.0 is live on web-1 and web-2'),
  ...SERVERS.flatMap((server, n) => errors(anchorUs, server, 1402 + n)),
  deployctl(anchorUs, '14:11:02', 'rolling shop back to 2.13.4 on web-1 and web-2, requested by ana'),
  deployctl(anchorUs, '14:11:40', 'shop 2.13.4 is live on web-1 and web-2'),
];

const deployctl = (anchorUs: Micros, clock: string, message: string): LogLine =>
  serviceLine(timeOn(anchorUs, DAY, clock), 'bastion', 'deployctl#4402', Severity.INFO, message);

function errors(anchorUs: Micros, server: string, seed: number): LogLine[] {
  const random = seededRandom(seed);
  const endUs = timeOn(anchorUs, DAY, '14:11:05');
  const lines: LogLine[] = [];
  let atUs = timeOn(anchorUs, DAY, '14:03:01');
  while (atUs < endUs) {
    const order = random.between(48_100, 48_999);
    lines.push(
      serviceLine(
        atUs,
        server,
        'shop#2214',
        Severity.ERROR,
        `checkout of order ${order} failed: column "discount_code" does not exist`,
      ),
    );
    atUs += random.between(1, 7) * US_PER_SECOND + random.between(0, 999) * US_PER_MS;
  }
  return lines;
}
