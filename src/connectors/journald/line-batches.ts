// The lines of a program's output, gathered: whatever is there at once is one batch.
import type { Readable } from 'node:stream';

const MAX_LINES = 2_000;

export async function* lineBatchesOf(output: Readable): AsyncGenerator<string[]> {
  let rest = '';
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of output) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    const whole = lines.filter((line) => line !== '');
    for (let at = 0; at < whole.length; at += MAX_LINES) yield whole.slice(at, at + MAX_LINES);
  }
  if (rest.trim() !== '') yield [rest];
}
