// The real command as a child process, with a data directory and a port of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  readonly finished: Promise<Finished>;
  /** Interrupts it, as Ctrl-C does. */
  stop(): Promise<Finished>;
}

/** Only what is named reaches the child, besides PATH and HOME. */
export function start(args: readonly string[], env: Readonly<Record<string, string>>): RunningCommand {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    finished,
    stop() {
      child.kill('SIGINT');
      return finished;
    },
  };
}

export const run = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Finished> =>
  start(args, env).finished;

/** Waits for `text` on the command's output; fails with all that it said when it ends before. */
export async function saying(command: RunningCommand, text: string): Promise<void> {
  await until(
    `the command says "${text}"`,
    () => {
      if (command.child.exitCode !== null)
        throw new Error(`it ended with ${command.child.exitCode}:\n${command.stdout()}${command.stderr()}`);
      return command.stdout().includes(text) || command.stderr().includes(text);
    },
    60_000,
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
