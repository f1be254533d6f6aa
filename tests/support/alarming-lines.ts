// Lines of logs with the word of an operator on each: would this call for one?
import { readFileSync } from 'node:fs';
import { Severity, type SeverityName } from '../../src/domain/severity.ts';
import { describeForm } from '../../src/signature/engine.ts';

export interface Family {
  readonly isAlert: boolean;
  readonly events: number;
  readonly severity: Severity;
  /** With `<*>` for each value. */
  readonly pattern: string;
}

const LINE = /^([!-]) (\d+) ([A-Z]+) (.*)$/;

/** `name`: a file of tests/golden/anomaly. Throws where a line is not as the file's head says. */
export function readFamilies(name: string): Family[] {
  const lines = readFileSync(new URL(`../golden/anomaly/${name}.txt`, import.meta.url), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, mark, events, level, message] = LINE.exec(line) ?? [];
      const severity = Severity[level as SeverityName];
      if (message === undefined || severity === undefined) throw new Error(`not a family: ${line}`);
      return {
        isAlert: mark === '!',
        events: Number(events),
        severity,
        pattern: describeForm(message, '').pattern,
      };
    });
}
