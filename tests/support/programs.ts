// Senders as they are installed on this machine: found, run with a configuration in a directory of their own, and ended.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe } from 'vitest';

/** Where `.ci/shippers` unpacks what cannot be installed beside the others. */
const UNPACKED = process.env.MNEMOGRAPH_SHIPPERS_DIR || '/var/tmp/mnemograph-shippers';
const PLACES = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/sbin',
  join(UNPACKED, 'usr/sbin'),
  join(UNPACKED, 'usr/bin'),
];
const LIBRARIES = [
  'usr/lib/x86_64-linux-gnu',
  'lib/x86_64-linux-gnu',
  'usr/lib/aarch64-linux-gnu',
  'usr/lib/syslog-ng',
];

/** Where packages of the distribution put modules for rsyslog. */
const RSYSLOG_MODULES = [
  '/usr/lib/x86_64-linux-gnu/rsyslog',
  '/usr/lib/aarch64-linux-gnu/rsyslog',
  '/usr/lib64/rsyslog',
  '/usr/lib/rsyslog',
];

export const programPath = (name: string): string | null => {
  for (const place of PLACES) {
    try {
      accessSync(join(place, name), constants.X_OK);
      return join(place, name);
    } catch {}
  }
  return null;
};

export const hasRsyslogModule = (name: string): boolean =>
  RSYSLOG_MODULES.some((directory) => existsSync(join(directory, `${name}.so`)));

/** The tests of a sender; where it is missing they are skipped, and their title says what to install. */
export function describeSender(
  name: string,
  needs: { readonly isThere: boolean; readonly howToGet: string },
  tests: () => void,
): void {
  if (needs.isThere) describe(name, tests);
  else describe.skip(`${name} IS MISSING: ${needs.howToGet}`, tests);
}

/** Unpacked programs find their libraries beside them. */
const environment = () => ({
  ...process.env,
  LD_LIBRARY_PATH: LIBRARIES.map((path) => join(UNPACKED, path)).join(delimiter),
  ...(existsSync(UNPACKED) ? { SYSLOGNG_PREFIX: join(UNPACKED, 'usr') } : {}),
});

export interface Program {
  readonly child: ChildProcess;
  output(): string;
  /** As a service manager ends it. */
  stop(): Promise<void>;
}

export function startProgram(name: string, args: readonly string[]): Program {
  const child = spawn(programPath(name)!, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment() });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return {
    child,
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
}

/** Runs it to its end. Rejects with what it said where it fails. */
export const runProgram = (name: string, args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(programPath(name)!, args, { env: environment() });

export function configFile(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}
