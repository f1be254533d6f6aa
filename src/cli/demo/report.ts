// What the demo prints. Pure text; the digest itself is the same that every memory prints.
import { formatMicros, type Micros, US_PER_DAY } from '../../domain/time.ts';
import type { Highlight } from '../../memory/digest/highlight.ts';
import { type DigestStyle, renderDigest } from '../../memory/digest/render-digest.ts';
import type { SeenBefore } from '../../memory/seen-before/answer.ts';
import { SAMPLE_DAYS } from './lines.ts';
import type { RememberedIncident } from './remember.ts';
import type { Seeding } from './seed.ts';

export interface Report {
  readonly seeding: Seeding;
  readonly highlights: readonly Highlight[];
  /** What people have already judged worth keeping. */
  readonly incidents: readonly RememberedIncident[];
  /** The line that was asked about, and the answer. */
  readonly question: string;
  readonly answer: SeenBefore;
}

const day = (us: Micros): string => formatMicros(us).slice(0, 10);
const count = (n: number): string => n.toLocaleString('en-US');

/** Ends with a newline. */
export function renderReport(report: Report, style: Required<DigestStyle>): string {
  const { seeding, highlights, incidents, question, answer } = report;
  const title = (text: string): string[] => [
    style.color ? `\x1b[1m${text}\x1b[0m` : text,
    '─'.repeat(style.width),
    '',
  ];
  const paragraph = (text: string): string[] => wrap(text, style.width - 2).map((line) => `  ${line}`);
  const heading = `What deserves a look, ${day(seeding.anchorUs - SAMPLE_DAYS * US_PER_DAY)} to ${day(seeding.anchorUs - 1)}`;
  return [
    '',
    ...wrap(seedingText(seeding), style.width),
    '',
    renderDigest(heading, highlights, style),
    ...(incidents.length === 0 ? [] : title('Already remembered')),
    ...incidents.flatMap((incident) => [...paragraph(`${incident.title}. ${incident.summary}`), '']),
    ...title('Have we seen this before?'),
    ...paragraph(question),
    '',
    ...paragraph(answer.explanation),
    '',
  ].join('\n');
}

function seedingText({ lines, accepted, rejected }: Seeding): string {
  const what = `${count(lines)} lines of syslog, four days of Larkspur, a small company with a web shop`;
  const refused =
    rejected === 0
      ? ''
      : ` ${count(rejected)} lines were rejected: rejectedInputs says why (a short MNEMOGRAPH_RETENTION_DAYS, perhaps).`;
  return accepted === 0 ? `Remembered from before: ${what}.${refused}` : `Remembered: ${what}.${refused}`;
}

export interface Place {
  /** Root of the server; null: it does not serve. */
  readonly address: string | null;
  /** Where the memory is kept, in words. */
  readonly memory: string;
}

/** Where to go from here. */
export function renderNextSteps({ address, memory }: Place): string {
  const steps: [string, string][] =
    address === null
      ? [['serve it', 'npm run demo']]
      : [
          ['open', `${address}/graphql`],
          [
            'try',
            'promote the brute force, give it a lesson, then ask again: README.md, "Five things to try"',
          ],
          ['your logs', 'npx mnemograph ingest --tenant mine /var/log/syslog'],
          ['end', 'Ctrl-C'],
        ];
  return [...steps, ['memory', memory]].map(([label, text]) => `  ${label!.padEnd(11)}${text}\n`).join('');
}

function wrap(text: string, columns: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
