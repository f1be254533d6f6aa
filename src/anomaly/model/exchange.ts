// What the server and its scoring process tell each other.
import type { AnomalyDevice } from '../../domain/anomaly.ts';
import type { Verdict } from '../scorer.ts';

export interface ModelFiles {
  /** Absolute; holds config.json, tokenizer.json and `onnx`. */
  readonly folder: string;
  /** The model's file, relative to the folder. */
  readonly onnx: string;
}

export interface LoadRequest extends ModelFiles {
  readonly device: AnomalyDevice;
}

export interface ScoreRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

export type Request = { readonly load: LoadRequest } | { readonly score: ScoreRequest };

export interface Ready {
  /** Which package runs the model, with its version. */
  readonly runtime: string;
  readonly labels: readonly string[];
}

/** Aligned with the texts; null: the model's answer to that one is no number. */
export type Answers = readonly (Verdict | null)[];

export type Reply =
  | { readonly ready: Ready }
  | { readonly unusable: string }
  /** It is alive, and a part of the batch is done. */
  | { readonly id: number; readonly goesOn: true }
  | { readonly id: number; readonly answers: Answers }
  | { readonly id: number; readonly fault: string };
