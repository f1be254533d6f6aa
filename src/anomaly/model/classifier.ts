// A text-classification model in memory: texts in, verdicts out. Lives in the scoring process alone.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnomalyDevice } from '../../domain/anomaly.ts';
import type { Verdict } from '../scorer.ts';
import { type ModelConfig, readModelConfig } from './config.ts';
import type { Answers, LoadRequest, Ready } from './exchange.ts';
import { ModelError } from './fault.ts';
import {
  type FoundRuntime,
  findRuntime,
  findTokenizer,
  type Runtime,
  type Session,
  type Tensor,
  type Tokenizer,
} from './runtime.ts';
import { batchesOf, cutTokens, type Tokens } from './token-batches.ts';
import { verdictOfLogits } from './verdict-of-logits.ts';

const KNOWN_INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];
const WARM_UP = 'the service is up';

export class Classifier implements Ready {
  readonly runtime: string;
  readonly #ort: Runtime;
  readonly #session: Session;
  readonly #tokenizer: Tokenizer;
  readonly #config: ModelConfig;

  private constructor(found: FoundRuntime, session: Session, tokenizer: Tokenizer, config: ModelConfig) {
    this.runtime = found.name;
    this.#ort = found.ort;
    this.#session = session;
    this.#tokenizer = tokenizer;
    this.#config = config;
  }

  get labels(): readonly string[] {
    return this.#config.labels;
  }

  /** Throws ModelError where the model, or what runs it, is missing or does not work. */
  static async load({ folder, onnx, device }: LoadRequest): Promise<Classifier> {
    const TokenizerClass = await findTokenizer();
    const found = await findRuntime(device);
    const tokenizerConfig = await readJson(folder, 'tokenizer_config.json', {});
    const config = readModelConfig(await readJson(folder, 'config.json'), tokenizerConfig);
    const tokenizer = new TokenizerClass(await readJson(folder, 'tokenizer.json'), tokenizerConfig);
    const session = await openSession(found, join(folder, onnx), device);
    const classifier = new Classifier(found, session, tokenizer, config);
    const [answer] = await classifier.classify([WARM_UP]);
    if (answer == null) throw new ModelError('It answers with what is no number.');
    return classifier;
  }

  /** `onPart`: called after each part of them. */
  async classify(texts: readonly string[], onPart: () => void = () => {}): Promise<Answers> {
    const answers: (Verdict | null)[] = texts.map(() => null);
    for (const batch of batchesOf(texts.map((text, position) => this.#tokensOf(text, position)))) {
      const outputs = await this.#session.run(this.#feedsOf(batch));
      const logits = outputs.logits ?? outputs[this.#session.outputNames[0]!]!;
      const width = this.#checkWidth(logits, batch.length);
      for (const [row, { position }] of batch.entries()) {
        const own = Array.prototype.slice.call(logits.data, row * width, (row + 1) * width) as number[];
        answers[position] = verdictOfLogits(own, this.#config);
      }
      onPart();
    }
    return answers;
  }

  #tokensOf(text: string, position: number): Tokens {
    const { ids, token_type_ids: types = [] } = this.#tokenizer.encode(text, { return_token_type_ids: true });
    const { maxTokens } = this.#config;
    return { position, ids: cutTokens(ids, maxTokens), types: cutTokens(types, maxTokens) };
  }

  #feedsOf(batch: readonly Tokens[]): Record<string, Tensor> {
    const length = batch.at(-1)!.ids.length;
    const padded = (valueAt: (tokens: Tokens, at: number) => number, padding: number) => {
      const data = new BigInt64Array(batch.length * length);
      for (const [row, tokens] of batch.entries())
        for (let at = 0; at < length; at++)
          data[row * length + at] = BigInt(at < tokens.ids.length ? valueAt(tokens, at) : padding);
      return new this.#ort.Tensor('int64', data, [batch.length, length]);
    };
    const make: Record<string, () => Tensor> = {
      input_ids: () => padded(({ ids }, at) => ids[at]!, this.#config.padId),
      attention_mask: () => padded(() => 1, 0),
      token_type_ids: () => padded(({ types }, at) => types[at] ?? 0, 0),
    };
    return Object.fromEntries(this.#session.inputNames.map((name) => [name, make[name]!()]));
  }

  #checkWidth({ dims }: Tensor, rows: number): number {
    const width = this.#config.labels.length;
    if (dims.length !== 2 || dims[0] !== rows || dims[1] !== width)
      throw new ModelError(
        `Its output has the shape [${dims.join(', ')}] where [${rows}, ${width}] belongs: one row per text, one column per label. Is it a text-classification model?`,
      );
    return width;
  }
}

async function openSession(
  { ort, isNative }: FoundRuntime,
  path: string,
  device: AnomalyDevice,
): Promise<Session> {
  const options = {
    executionProviders: [isNative ? device : 'wasm'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  };
  const session = isNative
    ? await ort.InferenceSession.create(path, options)
    : await ort.InferenceSession.create(await readFile(path), options);
  const unknown = session.inputNames.filter((name) => !KNOWN_INPUTS.includes(name));
  if (unknown.length > 0)
    throw new ModelError(
      `It asks for ${unknown.join(', ')}; only ${KNOWN_INPUTS.join(', ')} can be given. Export it for text classification.`,
    );
  return session;
}

async function readJson(folder: string, file: string, unset?: object): Promise<Record<string, unknown>> {
  const path = join(folder, file);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if (unset !== undefined && (error as NodeJS.ErrnoException).code === 'ENOENT')
      return unset as Record<string, unknown>;
    throw new ModelError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
