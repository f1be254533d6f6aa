// The families of a log as a table for people and as JSON for programs.
import Table from 'cli-table3';
import type { MinedFamily, Miner } from '../signature/miner.ts';

const MAX_TEXT = 240;
const FIXED_COLUMNS_WIDTH = 62;
const MIN_PATTERN_WIDTH = 32;

export function reportJson(miner: Miner, families: readonly MinedFamily[]): string {
  const signatures = families.map((family) => ({
    signature: family.key,
    count: family.count,
    share: share(family, miner),
    firstLine: family.firstLine,
    lastLine: family.lastLine,
    pattern: family.pattern,
    example: family.example,
    forms: family.forms,
    coarse: family.coarse,
  }));
  return `${JSON.stringify({ lines: miner.lines, events: miner.messages, signatures }, null, 2)}\n`;
}

/** `columns` is the width of the terminal. */
export function reportTable(
  miner: Miner,
  families: readonly MinedFamily[],
  total: number,
  columns: number,
): string {
  const width = Math.max(MIN_PATTERN_WIDTH, columns - FIXED_COLUMNS_WIDTH);
  const table = new Table({
    head: ['Count', 'Share', 'First', 'Last', 'Signature', 'Pattern and example'],
    colAligns: ['right', 'right', 'right', 'right', 'left', 'left'],
    colWidths: [null, null, null, null, null, width],
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], compact: true },
  });
  for (const family of families) {
    table.push([
      String(family.count),
      `${(100 * share(family, miner)).toFixed(2)} %`,
      String(family.firstLine),
      String(family.lastLine),
      family.key,
      family.pattern === family.example
        ? printable(family.pattern)
        : `${printable(family.pattern)}\ne.g. ${printable(family.example)}`,
    ]);
  }
  const more = total - families.length;
  const rest = more > 0 ? `, ${more} of them not shown (--top 0 shows all)` : '';
  const events = miner.messages === miner.lines ? '' : ` in ${counted(miner.messages, 'event')}`;
  return `${table.toString()}\n${counted(miner.lines, 'line')}${events}, ${counted(total, 'signature')}${rest}\n`;
}

const counted = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

function share(family: MinedFamily, miner: Miner): number {
  return miner.messages === 0 ? 0 : family.count / miner.messages;
}

/** Without characters that would move the cursor, and of a length that a table bears. */
function printable(text: string): string {
  const visible = text.replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, '').replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ');
  return visible.length > MAX_TEXT ? `${visible.slice(0, MAX_TEXT)}…` : visible;
}
