// The packages that run a model. None is needed without one: they are optional peers, looked up when a model is set.

import { createRequire } from 'node:module';
import type { AnomalyDevice } from '../../domain/anomaly.ts';
import { ModelError } from './fault.ts';

export const INSTALL_RUNTIME = 'npm install @huggingface/tokenizers onnxruntime-web';
const INSTALL_NATIVE = 'npm install --ignore-scripts onnxruntime-node';

export interface Tensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

/** The part of onnxruntime-common that both runtimes share and we use. */
export interface Runtime {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly InferenceSession: {
    create(path: string, options: object): Promise<Session>;
    create(model: Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Tensor;
}

export interface Encoding {
  readonly ids: readonly number[];
  readonly token_type_ids?: readonly number[];
}

export interface Tokenizer {
  encode(text: string, options: { return_token_type_ids: boolean }): Encoding;
}

interface TokenizersPackage {
  readonly Tokenizer: new (tokenizer: object, config: object) => Tokenizer;
}

export interface FoundRuntime {
  readonly ort: Runtime;
  /** Package and version. */
  readonly name: string;
  readonly isNative: boolean;
}

/** The native runtime where it is installed and works, else the one in WebAssembly. */
export async function findRuntime(device: AnomalyDevice): Promise<FoundRuntime> {
  const native = await load<Runtime>('onnxruntime-node', 'onnxruntime-node');
  if (native.found !== null) return { ort: native.found, name: nameOf('onnxruntime-node'), isNative: true };
  if (device !== 'cpu')
    throw new ModelError(
      `MNEMOGRAPH_ANOMALY_DEVICE=${device} needs onnxruntime-node, which cannot be loaded (${native.reason}). Run \`${INSTALL_NATIVE}\`, or use cpu.`,
    );
  const web = await load<Runtime>('onnxruntime-web', 'onnxruntime-web/wasm');
  if (web.found === null)
    throw new ModelError(`Nothing here runs ONNX models (${web.reason}). Run \`${INSTALL_RUNTIME}\`.`);
  web.found.env.wasm.numThreads = 1;
  return { ort: web.found, name: nameOf('onnxruntime-web'), isNative: false };
}

export async function findTokenizer(): Promise<TokenizersPackage['Tokenizer']> {
  const { found, reason } = await load<TokenizersPackage>(
    '@huggingface/tokenizers',
    '@huggingface/tokenizers',
  );
  if (found === null)
    throw new ModelError(`Nothing here tokenises text (${reason}). Run \`${INSTALL_RUNTIME}\`.`);
  return found.Tokenizer;
}

type Loaded<T> =
  | { readonly found: T; readonly reason: '' }
  | { readonly found: null; readonly reason: string };

async function load<T>(name: string, entry: string): Promise<Loaded<T>> {
  try {
    return { found: (await import(entry)) as T, reason: '' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    return { found: null, reason: isMissing ? `${name} is not installed` : `${name}: ${message}` };
  }
}

function nameOf(name: string): string {
  const manifest = createRequire(import.meta.url)
    .resolve(name)
    .split(`node_modules/${name}/`)[0];
  const { version } = createRequire(import.meta.url)(`${manifest}node_modules/${name}/package.json`) as {
    version: string;
  };
  return `${name} ${version}`;
}
