// `mnemograph patterns`: the signatures of a log file or stream, without server or database.
import { createReadStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { type Command, InvalidArgumentError } from 'commander';
import { type Clock, systemClock } from '../domain/time.ts';
import { parseLine } from '../parse/parse-line.ts';
import { MAX_FORMS } from '../signature/generalise.ts';
import { type MinedForm, Miner } from '../signature/miner.ts';
import { lineBatches } from './line-batches.ts';
import { isClosedPipe, write } from './output.ts';
import { reportJson, reportTable } from './patterns-report.ts';

export interface PatternsOptions {
  content?: boolean;
  byProgram?: boolean;
  json?: boolean;
  assign?: boolean;
  /** The number of signatures to print; 0 for all. Default: all as JSON, {@link DEFAULT_TOP} as a table. */
  top?: number;
}

interface Streams {
  input: Readable;
  output: Writable & { columns?: number };
  warnings: Writable;
}

const DEFAULT_TOP = 40;
const DEFAULT_COLUMNS = 140;

const EXAMPLES = `
Examples:
  $ mnemograph patterns /var/log/syslog
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
    .argument('[file]', 'the log to read, - for standard input', '-')
    .option('--content', 'the lines are bare messages: do not look for headers')
    .option('--by-program', 'keep equal messages of different programs apart')
    .option(
      '--top <n>',
      `print the n most frequent signatures, 0 for all (default: ${DEFAULT_TOP} in the table)`,
      count,
    )
    .option('--json', 'print JSON')
    .option(
      '--assign',
      'print JSON lines: the signature of every line, then what was joined and the final patterns',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: PatternsOptions, command: Command) => {
      try {
        const input = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 });
        await runPatterns({ input, output: process.stdout, warnings: process.stderr }, options);
      } catch (error) {
        if (isClosedPipe(error)) return;
        const reason = unreadable(error);
        if (reason === null) throw error;
        command.error(`error: cannot read ${file}: ${reason}`);
      }
    });
}

/** Reads `input` to its end and writes the report; rejects with the error of a stream. */
export async function runPatterns(
  { input, output, warnings }: Streams,
  options: PatternsOptions,
  clock: Clock = systemClock,
): Promise<void> {
  const miner = new Miner();
  const context = { referenceUs: clock.nowUs() };
  const observe = (line: string): MinedForm => {
    if (options.content) return miner.observe(line);
    const { message, program } = parseLine(line, context);
    return miner.observe(message, (options.byProgram && program) || '');
  };
  const failure = new Promise<never>((_, reject) => output.once('error', reject));
  failure.catch(() => {});
  for await (const lines of lineBatches(input)) {
    if (options.assign) await Promise.race([failure, write(output, assignments(miner, lines, observe))]);
    else for (const line of lines) observe(line);
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
  const shown = top === 0 ? families : families.slice(0, top);
  if (options.json) return reportJson(miner, shown);
  return reportTable(miner, shown, families.length, output.columns ?? DEFAULT_COLUMNS);
}

function assignments(miner: Miner, lines: readonly string[], observe: (line: string) => MinedForm): string {
  let text = '';
  let number = miner.lines;
  for (const line of lines) {
    const { assigned, pattern } = observe(line);
    text += `{"line":${++number},"signature":"${assigned}","template":${JSON.stringify(pattern)}}\n`;
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
    default:
      return null;
  }
}
