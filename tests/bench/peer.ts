// Another miner to measure against: a JavaScript module that exports a class whose instances take one line at a time.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Drain } from './drain.ts';

export interface Peer {
  readonly name: string;
  /** A fresh miner, as the function that takes its lines. */
  create(): (line: string) => unknown;
}

/** The names under which miners take a line, in order of preference. */
const METHODS = ['observe', 'line', 'addLogMessage', 'add', 'learn', 'parse'];

type Method = (line: string) => unknown;

export async function loadPeer(path: string | undefined): Promise<Peer> {
  if (path === undefined) {
    return {
      name: 'Drain, as published',
      create: () => {
        const drain = new Drain();
        return (line) => drain.observe(line);
      },
    };
  }
  const loaded = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  const exported = { ...(loaded.default as object | undefined), ...loaded };
  for (const candidate of Object.values(exported)) {
    if (typeof candidate !== 'function') continue;
    const prototype = candidate.prototype as Record<string, Method> | undefined;
    const method = METHODS.find((name) => typeof prototype?.[name] === 'function');
    if (method === undefined) continue;
    const Miner = candidate as unknown as new () => Record<string, Method>;
    return {
      name: `${candidate.name} of ${path}`,
      create: () => {
        const miner = new Miner();
        return (line) => miner[method]!(line);
      },
    };
  }
  throw new Error(`${path} exports no class with one of the methods ${METHODS.join(', ')}`);
}
