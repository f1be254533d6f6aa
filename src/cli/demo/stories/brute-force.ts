// Last night a stranger tried names and passwords on the bastion for eleven minutes. The lines carry no severity.
import { US_PER_SECOND } from '../../../domain/time.ts';
import { fileLine, type LogLine, type Story, timeOn } from '../lines.ts';
import { seededRandom } from '../random.ts';

const ATTEMPTS = 520;
const STRANGERS = ['203.0.113.45', '203.0.113.46', '198.51.100.77'];
const NAMES = [
  'admin',
  'test',
  'oracle',
  'postgres',
  'ubuntu',
  'git',
  'jenkins',
  'ftpuser',
  'support',
  'pi',
  'minecraft',
  'deploy1',
];

export const bruteForce: Story = (anchorUs) => {
  const random = seededRandom(2201);
  const lines: LogLine[] = [];
  let atUs = timeOn(anchorUs, 3, '03:41:07');
  let pid = 21_840;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const from = `${random.pick(STRANGERS)} port ${random.between(32_768, 60_999)}`;
    const name = random.pick(NAMES);
    lines.push(
      fileLine(atUs, 'bastion', `sshd[${pid}]`, `Failed password for invalid user ${name} from ${from} ssh2`),
    );
    atUs += random.between(0, 2) * US_PER_SECOND + (attempt % 4 === 0 ? US_PER_SECOND : 0);
    pid += random.between(1, 3);
  }
  return lines;
};
