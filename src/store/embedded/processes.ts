// Who is alive. A pid alone is no identity, since pids are reused; a pid and the process's birth are.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** `birth` is opaque: equal for the same process, different for a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly birth: string;
}

interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

const UNKNOWN_BIRTH = 'unknown';
const LINUX = process.platform === 'linux';
/** Positions in /proc/<pid>/stat after the command, which may hold anything. */
const STATE = 0;
const PARENT = 1;
const THREADS = 17;
const STARTTIME = 19;

/** The running process with this pid, or null where there is none or only its zombie. */
export function observeProcess(pid: number): ProcessIdentity | null {
  if (!acceptsSignals(pid)) return null;
  const birth = LINUX ? birthFromProc(pid) : birthFromPs(pid);
  return birth === null ? null : { pid, birth };
}

export function currentProcess(): ProcessIdentity {
  return observeProcess(process.pid) ?? { pid: process.pid, birth: UNKNOWN_BIRTH };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const found = observeProcess(identity.pid);
  if (found === null) return false;
  return found.birth === identity.birth || [found.birth, identity.birth].includes(UNKNOWN_BIRTH);
}

/** The command line with single spaces between arguments; empty for a zombie or where it may not be read. */
export function commandOf(pid: number): string {
  try {
    return LINUX ? readCmdline(pid) : ps('command=', '-p', String(pid)).trim();
  } catch {
    return '';
  }
}

export function listProcesses(): ListedProcess[] {
  if (!LINUX) return ps('pid=,ppid=,command=', '-a', '-x').split('\n').flatMap(parsePsLine);
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    const parent = Number.isNaN(pid) ? undefined : readStat(pid)?.[PARENT];
    return parent === undefined ? [] : [{ pid, parent: Number(parent), command: commandOf(pid) }];
  });
}

export const formatIdentity = (identity: ProcessIdentity): string => `${identity.pid}@${identity.birth}`;

export function parseIdentity(text: string): ProcessIdentity | null {
  const match = /^(\d+)@(.+)$/.exec(text);
  return match === null ? null : { pid: Number(match[1]), birth: match[2]! };
}

function acceptsSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// A tick count since boot repeats after a restart of the machine: the boot's id tells the boots apart.
function birthFromProc(pid: number): string | null {
  const stat = readStat(pid);
  if (stat === null) return acceptsSignals(pid) ? UNKNOWN_BIRTH : null;
  if (isGone(stat)) return null;
  return `${bootId()}/${stat[STARTTIME]}`;
}

// A killed process shows as a zombie once its main thread ended; while others end, its files are still open.
const isGone = (stat: string[]): boolean =>
  stat[STATE] === 'X' || (stat[STATE] === 'Z' && Number(stat[THREADS]) <= 1);

function readStat(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return 'boot';
  }
}

function birthFromPs(pid: number): string | null {
  try {
    const [state = '', ...started] = ps('stat=,lstart=', '-p', String(pid)).trim().split(/\s+/);
    return state.startsWith('Z') ? null : started.join(' ');
  } catch {
    return null;
  }
}

const readCmdline = (pid: number): string =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();

function parsePsLine(line: string): ListedProcess[] {
  const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
  return match === null ? [] : [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3]! }];
}

const ps = (columns: string, ...which: string[]): string =>
  execFileSync('/bin/ps', ['-ww', '-o', columns, ...which], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
