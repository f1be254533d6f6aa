// Nanoseconds per line of the parsers, one thread, after warming up: `npx tsx tests/bench/parse.bench.ts`.
// A native module loader matters: under a transformed one every imported function costs a getter.

import { eventFamily } from '../../src/parse/family.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import { inferSeverity } from '../../src/parse/severity.ts';
import { makeStorable } from '../../src/parse/storable.ts';
import { typedFields } from '../../src/parse/typed-fields.ts';

const CONTEXT = { referenceUs: Date.UTC(2026, 2, 1) * 1_000 };
const LINES = 20_000;
const ROUNDS = 7;

const host = (i: number): string => `10.${i % 4}.${i % 250}.${i % 200}`;

const KINDS: Record<string, (i: number) => string> = {
  rfc3164: (i) =>
    `Dec 10 06:${10 + (i % 50)}:46 web-${i % 9} sshd[${20_000 + i}]: Failed password for invalid user admin${i % 7} from ${host(i)} port ${30_000 + (i % 999)} ssh2`,
  'rfc3164 with priority': (i) =>
    `<86>Dec 10 06:${10 + (i % 50)}:46 web-${i % 9} sshd[${20_000 + i}]: Accepted publickey for deploy from ${host(i)} port 52113 ssh2`,
  rfc5424: (i) =>
    `<165>1 2026-02-10T06:${10 + (i % 50)}:46.003Z web-${i % 9} evntslog ${i} ID47 [example@32473 iut="3" src="${host(i)}"] Connection to the upstream lost`,
  jsonl: (i) =>
    `{"ts":"2026-02-10T06:${10 + (i % 50)}:46.003Z","level":"warn","service":"billing","msg":"payment retried","attempt":${i},"peer":"${host(i)}"}`,
  plain: (i) =>
    `2026-02-10 06:${10 + (i % 50)}:46,123 ERROR could not reach ${host(i)} after ${i} ms, giving up on the request`,
  application: (i) =>
    `2026-02-10 06:${10 + (i % 50)}:46,123 INFO  [worker-${i % 9}] com.acme.billing.Ledger - wrote entry ${i} for ${host(i)}`,
  'access log': (i) =>
    `${host(i)} - - [10/Feb/2026:06:${10 + (i % 50)}:46 +0100] "GET /cart?id=${i} HTTP/1.1" 200 ${i} "-" "Mozilla/5.0 (X11)"`,
  logfmt: (i) =>
    `ts=2026-02-10T06:${10 + (i % 50)}:46.123Z level=warn component=tsdb msg="compaction is slow" took=${i}s peer=${host(i)}`,
};

/** Processor time of the fastest of several rounds: what the code costs, whatever else runs. */
function nanosecondsPerLine(lines: readonly string[], work: (line: string) => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    for (const line of lines) work(line);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, ((user + system) * 1_000) / lines.length);
  }
  return Math.round(best);
}

function report(name: string, lines: readonly string[], work: (line: string) => unknown): void {
  const length = Math.round(lines.reduce((sum, line) => sum + line.length, 0) / lines.length);
  console.log(
    `${name.padEnd(28)} ${String(length).padStart(4)} chars ${String(nanosecondsPerLine(lines, work)).padStart(6)} ns`,
  );
}

for (const [kind, make] of Object.entries(KINDS)) {
  const lines = Array.from({ length: LINES }, (_, i) => make(i));
  report(`parseLine ${kind}`, lines, (line) => parseLine(line, CONTEXT));
}
const messages = Array.from({ length: LINES }, (_, i) => parseLine(KINDS.rfc3164!(i), CONTEXT).message);
report('inferSeverity', messages, inferSeverity);
report('typedFields', messages, (message) => typedFields(message, null));
report('makeStorable', messages, makeStorable);
report('eventFamily', messages, (message) => eventFamily('sshd', message));
