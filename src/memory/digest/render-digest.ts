// The digest for a terminal. Pure text; colours only where asked for.
import { utcRange } from '../../detect/text.ts';
import type { DecisionBand } from '../../domain/words.ts';
import { namedSome } from '../moments.ts';
import type { Highlight } from './highlight.ts';

export interface DigestStyle {
  /** Columns; default 92. */
  readonly width?: number;
  /** Escape codes for a terminal that shows them; default false. */
  readonly color?: boolean;
}

const DEFAULT_WIDTH = 92;
const MIN_WIDTH = 60;
const LABEL_WIDTH = 8;
const RELATED_SHOWN = 3;
/** Where the texts begin, behind their labels. */
const INDENT = 10;

const BAND_LABEL: Record<DecisionBand, string> = {
  PROMOTE_TO_INCIDENT_MEMORY: 'REMEMBER',
  URGENT_HUMAN_REVIEW: 'URGENT',
  REVIEW: 'REVIEW',
  WATCH: 'WATCH',
  IGNORE: 'IGNORE',
};

const BAND_COLOR: Record<DecisionBand, string> = {
  PROMOTE_TO_INCIDENT_MEMORY: '\x1b[35m',
  URGENT_HUMAN_REVIEW: '\x1b[31m',
  REVIEW: '\x1b[33m',
  WATCH: '\x1b[36m',
  IGNORE: '\x1b[90m',
};
const BOLD = '\x1b[1m';
const DIM = '\x1b[2m';
const RESET = '\x1b[0m';

type Paint = (code: string, text: string) => string;

/** `heading` is one line, e.g. what was looked at. */
export function renderDigest(
  heading: string,
  highlights: readonly Highlight[],
  style: DigestStyle = {},
): string {
  const width = Math.max(MIN_WIDTH, style.width ?? DEFAULT_WIDTH);
  const paint: Paint = style.color ? (code, text) => `${code}${text}${RESET}` : (_, text) => text;
  const head = [paint(BOLD, heading), paint(DIM, '─'.repeat(width))];
  if (highlights.length === 0) {
    return [...head, 'Nothing deserves a look: no open candidate.', ''].join('\n');
  }
  const body = highlights.flatMap((highlight, i) => [...renderOne(highlight, i + 1, width, paint), '']);
  return [...head, '', ...body].join('\n');
}

function renderOne(highlight: Highlight, place: number, width: number, paint: Paint): string[] {
  const label = BAND_LABEL[highlight.decisionBand];
  const tag = `${String(place).padStart(2)}  ${label.padEnd(LABEL_WIDTH)}  ${highlight.score.toFixed(2)}  `;
  const painted = `${String(place).padStart(2)}  ${paint(BAND_COLOR[highlight.decisionBand], label.padEnd(LABEL_WIDTH))}  ${paint(DIM, highlight.score.toFixed(2))}  `;
  const [first = '', ...rest] = wrap(highlight.title, width - tag.length);
  const hang = ' '.repeat(tag.length);
  const where = [
    highlight.hostnames.length === 0 ? '' : namedSome(highlight.hostnames, 4),
    utcRange(highlight.firstUs, highlight.lastUs),
  ].filter((part) => part !== '');
  return [
    `${painted}${paint(BOLD, first)}`,
    ...rest.map((line) => `${hang}${paint(BOLD, line)}`),
    `    ${paint(DIM, where.join(' · '))}`,
    ...labelled('why', highlight.why, width, paint),
    ...labelled('sure', sureness(highlight), width, paint),
    ...labelled('next', highlight.nextStep, width, paint),
    ...relatedLines(highlight, width, paint),
  ];
}

/** Least confidence that is called so. */
const SURENESS: readonly (readonly [number, string])[] = [
  [0.6, 'well supported'],
  [0.35, 'supported'],
  [0, 'little to go by yet'],
];

function sureness({ confidence, trackRecord }: Highlight): string {
  const [, words] = SURENESS.find(([least]) => confidence >= least)!;
  return `confidence ${confidence.toFixed(2)}, ${words}. ${trackRecord}`;
}

function relatedLines({ related }: Highlight, width: number, paint: Paint): string[] {
  if (related.length === 0) return [];
  const shown = related
    .slice(0, RELATED_SHOWN)
    .flatMap(({ title }, i) => labelled(i === 0 ? 'with' : '', title, width, paint));
  const rest = related.length - RELATED_SHOWN;
  return rest > 0 ? [...shown, `${' '.repeat(INDENT)}${paint(DIM, `and ${rest} more`)}`] : shown;
}

function labelled(label: string, text: string, width: number, paint: Paint): string[] {
  return wrap(text, width - INDENT).map((line, i) =>
    i === 0 ? `    ${paint(DIM, label.padEnd(INDENT - 4))}${line}` : `${' '.repeat(INDENT)}${line}`,
  );
}

/** Greedy, at white space; a longer word is cut at the edge. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    for (let rest = word; rest !== ''; ) {
      const room = line === '' ? columns : columns - line.length - 1;
      if (rest.length <= room) {
        line = line === '' ? rest : `${line} ${rest}`;
        rest = '';
      } else if (line !== '') {
        lines.push(line);
        line = '';
      } else {
        lines.push(rest.slice(0, columns));
        rest = rest.slice(columns);
      }
    }
  }
  return line === '' ? lines : [...lines, line];
}
