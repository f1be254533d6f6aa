// `mnemograph patterns`: the signatures of a log file or stream, without server or database.
import { createReadStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Clock, systemClock } from '../domain/time.ts';
import { MAX_FORMS } from '../signature/generalise.ts';
import { type MinedFamily, type MinedForm, Miner } from '../signature/miner.ts';
import { lineBatches } from './line-batches.ts';
import { isClosedPipe, write } from './output.ts';
import { defaultThreads, mineLog } from './patterns/mine-log.ts';
import { joinerOf, type Read, type Reading, signer } from './patterns/reading.ts';
import { reportJson, reportTable } from './patterns-report.ts';
import { asUtf8 } from './utf8.ts';

export interface PatternsOptions {
  content?: boolean;
  /** Default: stack traces and continuation lines are joined, unless the lines are bare messages. */
  multiline?: boolean;
  byProgram?: boolean;
  json?: boolean;
  assign?: boolean;
  /** The number of signatures to print; 0 for all. Default: all as JSON, {@link DEFAULT_TOP} as a table. */
  top?: number;
  /** Leaves out signatures of fewer lines. */
  min?: number;
  /** Default: `count`, the most frequent first; `first` and `last` are by line number, rare ones first with `rare`. */
  sort?: SortOrder;
  /** Threads that read and sign a log of some size. Default: one for each processor. */
  threads?: number;
}

export const SORT_ORDERS = ['count', 'rare', 'first', 'last'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

interface Streams {
  /** Read one after the other; line numbers go on from one to the next. */
  inputs: Iterable<Readable>;
  output: Writable & { columns?: number };
  warnings: Writable;
}

const DEFAULT_TOP = 40;
const DEFAULT_COLUMNS = 140;
/** Each read is a step through all that looks at the bytes: few large ones cost less. */
const READ_BYTES = 1 << 20;

const EXAMPLES = `
Examples:
  $ mnemograph patterns /var/log/syslog
  $ mnemograph patterns --min 10 app.log app.log.1 app.log.2.gz
  $ mnemograph patterns --sort rare --top 20 /var/log/syslog      what hardly ever happens
  $ mnemograph patterns --sort first --json app.log | jq '.signatures[-1]'      what is newest
  $ journalctl -o short-iso | mnemograph patterns --top 20
  $ mnemograph patterns --by-program --json app.log | jq '.signatures[0]'
  $ mnemograph patterns --content --assign messages.txt > signatures.jsonl
`;

/** Adds the command to the program. */
export function registerPatterns(program: Command): void {
  program
    .command('patterns')
    .summary('print the signatures of a log, most frequent first')
    .description(
      'Reads log lines, takes their headers off, and prints the signatures found: how often, where, and an example.\n' +
        'Needs no server and no database.',
    )
    .argument('[files...]', 'logs to read, packed by gzip or not; - or nothing for standard input')
    .option('--content', 'the lines are bare messages: do not look for headers')
    .option('--no-multiline', 'every line counts by itself: do not join stack traces; implied by --content')
    .option('--by-program', 'keep equal messages of different programs apart')
    .option(
      '--top <n>',
      `print the n most frequent signatures, 0 for all (default: ${DEFAULT_TOP} in the table)`,
      count,
    )
    .option('--min <n>', 'leave out signatures of fewer than n lines', count)
    .addOption(
      new Option('--sort <order>', 'most lines first, fewest lines first, by first line or by last line')
        .choices(SORT_ORDERS)
        .default('count'),
    )
    .option('--threads <n>', 'threads for a large log; 1 for none besides (default: one a processor)', count)
    .addOption(new Option('--json', 'print JSON').conflicts('assign'))
    .option(
      '--assign',
      'print JSON lines: the signature of every line, then what was joined and the final patterns',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (files: readonly string[], options: PatternsOptions, command: Command) => {
      let file = '-';
      function* inputs(): Generator<Readable> {
        for (file of files.length === 0 ? ['-'] : files) yield openInput(file);
      }
      try {
        await runPatterns({ inputs: inputs(), output: process.stdout, warnings: process.stderr }, options);
      } catch (error) {
        if (isClosedPipe(error)) return;
        const reason = unreadable(error);
        if (reason === null) throw error;
        command.error(`error: cannot read ${file}: ${reason}`);
      }
    });
}

/** The bytes of a file in UTF-8; `-` is standard input. */
export function openInput(file: string): Readable {
  return asUtf8(file === '-' ? process.stdin : createReadStream(file, { highWaterMark: READ_BYTES }), file);
}

/** Reads all of `inputs` and writes the report; rejects with the error of a stream. */
export async function runPatterns(
  { inputs, output, warnings }: Streams,
  options: PatternsOptions,
  clock: Clock = systemClock,
): Promise<void> {
  const miner = new Miner();
  const isContent = options.content ?? false;
  const reading: Reading = {
    isContent,
    isJoined: !isContent && options.multiline !== false,
    byProgram: options.byProgram ?? false,
    referenceUs: clock.nowUs(),
  };
  const failure = new Promise<never>((_, reject) => output.once('error', reject));
  failure.catch(() => {});
  if (options.assign) {
    const written = writeAssignments(inputs, miner, reading, output);
    await Promise.race([failure, written]);
  } else {
    await mineLog(inputs, miner, reading, options.threads ?? defaultThreads());
  }
  await Promise.race([failure, write(output, report(miner, output, options))]);
  for (const partition of miner.full) {
    const where = partition === '' ? '' : ` of ${partition}`;
    warnings.write(
      `warning: more than ${MAX_FORMS} forms${where}; further ones are told apart by length only\n`,
    );
  }
}

function report(miner: Miner, output: Streams['output'], options: PatternsOptions): string {
  const families = miner.families();
  if (options.assign) {
    const aliases = miner.aliases.map(({ from, to }) => JSON.stringify({ alias: from, to }));
    const finals = families.map(({ key, pattern }) => JSON.stringify({ final: key, template: pattern }));
    return [...aliases, ...finals, ''].join('\n');
  }
  const top = options.top ?? (options.json ? 0 : DEFAULT_TOP);
  const found = families
    .filter(({ count }) => count >= (options.min ?? 0))
    .sort(ORDER[options.sort ?? 'count']);
  const shown = top === 0 ? found : found.slice(0, top);
  if (options.json) return reportJson(miner, shown);
  return reportTable(miner, shown, families.length, output.columns ?? DEFAULT_COLUMNS);
}

/** Ties are by the first line: no two families share it. */
const ORDER: Readonly<Record<SortOrder, (a: MinedFamily, b: MinedFamily) => number>> = {
  count: (a, b) => b.count - a.count || a.firstLine - b.firstLine,
  rare: (a, b) => a.count - b.count || a.firstLine - b.firstLine,
  first: (a, b) => a.firstLine - b.firstLine,
  last: (a, b) => a.lastLine - b.lastLine || a.firstLine - b.firstLine,
};

/** Line by line as they are read: in one thread. */
async function writeAssignments(
  inputs: Iterable<Readable>,
  miner: Miner,
  reading: Reading,
  output: Writable,
): Promise<void> {
  const sign = signer(reading, miner);
  const joiner = joinerOf(reading);
  for (const input of inputs) {
    for await (const lines of lineBatches(input))
      await write(output, assignments(miner, joiner.take(lines), sign));
    await write(output, assignments(miner, joiner.rest(), sign));
  }
}

function assignments(miner: Miner, events: readonly Read[], sign: (event: Read) => MinedForm): string {
  let text = '';
  let number = miner.lines;
  let last: MinedForm | null = null;
  let rest = '';
  for (const event of events) {
    const form = sign(event);
    if (form !== last) {
      last = form;
      rest = `,"signature":"${form.assigned}","template":${JSON.stringify(form.pattern)}}\n`;
    }
    for (let i = 0; i < event.count; i++) text += `{"line":${++number}${rest}`;
  }
  return text;
}

function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError('give a whole number, 0 for all.');
  return number;
}

function unreadable(error: unknown): string | null {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'ENOENT':
      return 'no such file';
    case 'EISDIR':
      return 'it is a directory';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
      return 'it is no whole gzip file';
    default:
      return null;
  }
}
