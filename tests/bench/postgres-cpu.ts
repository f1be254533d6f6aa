// CPU time of a PostgreSQL server and all its processes, ended ones included, from Linux's /proc.
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks that Linux reports a second in, whatever the kernel's own. */
const TICKS_A_SECOND = 100;

// After the command's name in parentheses; see proc_pid_stat(5).
const PPID = 1;
const USER_AND_SYSTEM = [11, 12];
const OF_ENDED_CHILDREN = [13, 14];

function statOf(pid: string): number[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    return null;
  }
}

/** The postmaster of one of its backends. */
export const postmasterOf = (backendPid: number): number => statOf(String(backendPid))![PPID]!;

/** In seconds since the server's start. */
export function postgresCpu(postmasterPid: number): number {
  let ticks = 0;
  const add = (stat: readonly number[], fields: readonly number[]) => {
    for (const field of fields) ticks += stat[field]!;
  };
  add(statOf(String(postmasterPid))!, [...USER_AND_SYSTEM, ...OF_ENDED_CHILDREN]);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = statOf(pid);
    if (stat?.[PPID] === postmasterPid) add(stat, USER_AND_SYSTEM);
  }
  return ticks / TICKS_A_SECOND;
}
