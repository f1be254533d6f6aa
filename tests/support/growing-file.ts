// A program that writes a log, whose log is rotated, while whoever reads it is killed.
import { appendFileSync, renameSync } from 'node:fs';

export const FILE_LINE = (n: number): string =>
  `2026-03-01T${String(Math.floor(n / 3_600) % 24).padStart(2, '0')}:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}Z app-1 worker[${n % 9}]: job ${n} finished in ${n % 977} ms`;

/** Appends lines [from, to), cut anywhere into writes, as a program that knows nothing of lines would. */
export function writeLines(path: string, from: number, to: number): void {
  const text = Buffer.from(Array.from({ length: to - from }, (_, i) => `${FILE_LINE(from + i)}\n`).join(''));
  const cut = Math.floor(text.length * 0.37);
  appendFileSync(path, text.subarray(0, cut));
  appendFileSync(path, text.subarray(cut));
}

export const rotate = (path: string, suffix: string): void => renameSync(path, `${path}.${suffix}`);
