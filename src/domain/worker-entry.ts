// Where the program of a thread or process is: beside its starter, compiled like it, or read as TypeScript like it.
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface WorkerEntry {
  readonly filename: string;
  /** Options for Node. */
  readonly execArgv: string[];
}

/** `url`: of the module that starts it; `name`: the program's, without its ending. */
export function workerEntry(url: string, name: string): WorkerEntry {
  const ending = extname(url);
  return {
    filename: fileURLToPath(new URL(`./${name}${ending}`, url)),
    execArgv: ending === '.ts' ? ['--import', typeScriptReader()] : [],
  };
}

/** A module that has TypeScript read in whatever imports it: `tsx` itself does so in main threads only. */
function typeScriptReader(): string {
  const api = import.meta.resolve('tsx/esm/api');
  return `data:text/javascript,import{register}from${JSON.stringify(api)};register()`;
}
