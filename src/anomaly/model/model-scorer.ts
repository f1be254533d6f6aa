// A model as the pipeline sees it: opened when first needed, and no single text can stop it.
import type { AnomalyDevice } from '../../domain/anomaly.ts';
import { cutText } from '../cut-text.ts';
import type { Verdict } from '../scorer.ts';
import type { Ready } from './exchange.ts';
import { BatchError, ModelError, ProcessLostError } from './fault.ts';
import type { Hub } from './fetch-model.ts';
import { type FoundModel, findModel } from './find-model.ts';
import { ModelProcess, type ProcessOptions } from './process.ts';

export interface ModelOptions extends ProcessOptions {
  /** A folder, or `owner/name` on the hub. */
  readonly model: string;
  readonly device: AnomalyDevice;
  readonly hub: Hub;
}

export interface OpenedModel {
  /** With the version: verdicts of another name are given anew. */
  readonly name: string;
  readonly runtime: string;
}

/** A verdict, or why there is none. */
export type Judged = Verdict | { readonly fault: string };

/** What loses the process gets a second chance, for that may have come from outside. */
const TRIES = 2;
/** So many texts of one batch: it is not the texts. */
const MAX_LOST = 4;

export class ModelScorer {
  readonly model: string;
  readonly device: AnomalyDevice;
  readonly #options: ModelOptions;
  #found: FoundModel | null = null;
  #process: ModelProcess | null = null;
  #lost = 0;
  #isClosed = false;

  constructor(options: ModelOptions) {
    this.model = options.model;
    this.device = options.device;
    this.#options = options;
  }

  /** Of the scoring process; undefined while none runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Throws ModelError where the model cannot be used. Downloading and loading one may take minutes. */
  async open(): Promise<OpenedModel> {
    if (this.#isClosed) throw new ModelError('Scoring has ended.');
    const { model, device, hub } = this.#options;
    this.#found ??= await findModel(model, hub);
    this.#process ??= new ModelProcess({ ...this.#found, device }, this.#options);
    const { runtime } = await this.#started(this.#process);
    return { name: this.#found.name, runtime };
  }

  async #started(process: ModelProcess): Promise<Ready> {
    for (let left = TRIES; ; left--) {
      try {
        return await process.start();
      } catch (error) {
        if (!(error instanceof ProcessLostError)) throw error;
        if (this.#isClosed || left <= 1)
          throw new ModelError(`The model ${this.model} cannot be loaded. ${error.message}`);
      }
    }
  }

  /** Aligned with `texts`. Throws ModelError where the model cannot be used at all. */
  async score(texts: readonly string[]): Promise<Judged[]> {
    const cut = texts.map((text) => cutText(text));
    const distinct = [...new Set(cut)];
    this.#lost = 0;
    const judged = await this.#judge(distinct);
    const verdictOf = new Map(distinct.map((text, i) => [text, judged[i]!]));
    return cut.map((text) => verdictOf.get(text)!);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#process?.close();
  }

  /** Halves what fails until the one text that it is for stands alone. */
  async #judge(texts: readonly string[]): Promise<Judged[]> {
    try {
      const answers = await this.#ask(texts);
      return answers.map((answer) => answer ?? { fault: 'The model answers it with what is no number.' });
    } catch (error) {
      if (!(error instanceof BatchError || error instanceof ProcessLostError)) throw error;
      if (texts.length <= 1) return texts.map(() => ({ fault: error.message }));
      const middle = texts.length >> 1;
      return [...(await this.#judge(texts.slice(0, middle))), ...(await this.#judge(texts.slice(middle)))];
    }
  }

  async #ask(texts: readonly string[]) {
    for (let left = TRIES; ; left--) {
      await this.open();
      try {
        return await this.#process!.score(texts);
      } catch (error) {
        if (!(error instanceof ProcessLostError)) throw error;
        if (this.#isClosed) throw new ModelError('Scoring has ended.');
        if (texts.length > 1) throw error;
        if (++this.#lost > MAX_LOST * TRIES)
          throw new ModelError(`The scoring process does not stay: ${error.message}`);
        if (left <= 1) throw error;
      }
    }
  }
}
