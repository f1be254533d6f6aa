// PostgreSQL refuses to run as root: which unprivileged user runs it then, and what that user can reach.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { UnavailableError } from '../../domain/errors.ts';

/** Ids of a user, which need not have an entry in the passwd file. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

interface ChildResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const FIRST_CANDIDATE_UID = 60_600;
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** All that the server and initdb get to see of an environment. */
export const CHILD_ENVIRONMENT = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' } as const;

export const isRoot = (): boolean => process.getuid?.() === 0;

/** A user that nobody is: the first from 60600 up that the passwd file does not list. Nothing is created. */
export function unusedAccount(): Account {
  const taken = new Set(passwdEntries().map((entry) => entry.uid));
  let uid = FIRST_CANDIDATE_UID;
  while (taken.has(uid)) uid += 1;
  return { uid, gid: uid };
}

/** initdb looks its user up in the passwd file; where `account` is not there, `nobody` stands in. */
export function accountForInitdb(account: Account): Account {
  const listed = passwdEntries();
  if (listed.some((entry) => entry.uid === account.uid)) return account;
  const nobody = listed.find((entry) => entry.name === 'nobody') ?? listed.find((entry) => entry.uid !== 0);
  if (nobody) return { uid: nobody.uid, gid: nobody.gid };
  throw new UnavailableError(
    'The embedded PostgreSQL cannot be set up as root here: /etc/passwd lists no unprivileged user. Run Mnemograph as another user, or set DATABASE_URL.',
  );
}

export async function canEnter(account: Account, directory: string): Promise<boolean> {
  const { code } = await runAs(account, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory]);
  return code === 0;
}

/** Runs a command to its end as `account` (null: as this process's user). A command that cannot start has code null. */
export function runAs(
  account: Account | null,
  command: string,
  args: readonly string[],
): Promise<ChildResult> {
  const options = { cwd: '/', env: CHILD_ENVIRONMENT, maxBuffer: MAX_OUTPUT_BYTES, ...account };
  return new Promise((resolve, reject) => {
    try {
      execFile(command, args, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, stdout, stderr: stderr || (error?.message ?? '') });
      });
    } catch (error) {
      reject(account === null ? error : cannotSwitch(account, error));
    }
  });
}

function passwdEntries(): { name: string; uid: number; gid: number }[] {
  let text: string;
  try {
    text = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return /^-?\d+$/.test(uid) && /^-?\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

// Without the capability, or in a user namespace that does not map the uid, spawn itself throws.
const cannotSwitch = (account: Account, cause: unknown) =>
  new UnavailableError(
    `PostgreSQL does not run as root, and this process may not become uid ${account.uid} (${(cause as NodeJS.ErrnoException).code}). Run Mnemograph as another user, or set DATABASE_URL.`,
  );
