// CPU time of this process and of a PostgreSQL server with all its processes, ended ones included, from Linux's /proc.
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';

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

/** The server's first process. */
export async function findPostmaster(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  return statOf(String(rows[0]!.pid))![PPID]!;
}

/** Seconds of CPU so far. */
export interface Cpu {
  readonly node: number;
  readonly postgres: number;
}

const US_PER_SECOND = 1e6;

export function cpuNow(postmasterPid: number): Cpu {
  const { user, system } = process.cpuUsage();
  return { node: (user + system) / US_PER_SECOND, postgres: postgresCpu(postmasterPid) };
}

function postgresCpu(postmasterPid: number): number {
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
