// A switch port goes down and comes back by itself, a few times in a row, on three of the four days.
import { type Micros, US_PER_SECOND } from '../../../domain/time.ts';
import { fileLine, type LogLine, type Story, timeOn } from '../lines.ts';
import { seededRandom } from '../random.ts';

const PORT = 'GigabitEthernet0/7';
const SPELLS = [
  { day: 1, clock: '03:12:44', cycles: 3 },
  { day: 2, clock: '11:40:19', cycles: 4 },
  { day: 3, clock: '19:05:52', cycles: 5 },
];

export const flappingLink: Story = (anchorUs) => {
  const random = seededRandom(707);
  let sequence = 1_834;
  const report = (atUs: Micros, state: string): LogLine =>
    fileLine(
      atUs,
      'core-sw1',
      `${sequence++}`,
      `%LINK-3-UPDOWN: Interface ${PORT}, changed state to ${state}`,
    );
  return SPELLS.flatMap(({ day, clock, cycles }) => {
    const lines: LogLine[] = [];
    let atUs = timeOn(anchorUs, day, clock);
    for (let cycle = 0; cycle < cycles; cycle++) {
      lines.push(report(atUs, 'down'));
      atUs += random.between(18, 75) * US_PER_SECOND;
      lines.push(report(atUs, 'up'));
      atUs += random.between(40, 110) * US_PER_SECOND;
    }
    return lines;
  });
};
