// Opens the memory for one command and lets go of it, however the command ends.
import { userInfo } from 'node:os';
import { createLogger } from '../logger.ts';
import { openRuntime, type Runtime } from '../runtime.ts';
import { readSettings } from '../settings.ts';

/** Below it a command is silent: what it has to say is on standard output. */
const QUIET = 'warn';

export async function withRuntime<T>(work: (runtime: Runtime) => Promise<T>): Promise<T> {
  const settings = readSettings();
  const logger = createLogger(settings.logLevel === 'info' ? QUIET : settings.logLevel);
  const runtime = await openRuntime(settings, { logger, actor: userName() });
  try {
    return await work(runtime);
  } finally {
    await runtime.close();
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'operator';
  }
}
