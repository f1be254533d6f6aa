// What a Hugging Face config.json and tokenizer_config.json say that matters for classifying text.
import { canonicalLabel } from '../labels.ts';
import { ModelError } from './fault.ts';

export interface ModelConfig {
  /** In the order of the model's outputs. */
  readonly labels: readonly string[];
  /** Several labels may hold at once (or there is only one): each has a probability of its own. */
  readonly isMultiLabel: boolean;
  /** Longer texts are cut. */
  readonly maxTokens: number;
  readonly padId: number;
}

/** No text that is scored is longer than that many characters, so that longer sequences only cost memory. */
const MAX_TOKENS = 512;

type Json = Readonly<Record<string, unknown>>;

/** Throws ModelError where it is no text classifier. */
export function readModelConfig(config: Json, tokenizer: Json): ModelConfig {
  const labels = labelsOf(config.id2label);
  return {
    labels,
    isMultiLabel: config.problem_type === 'multi_label_classification' || labels.length === 1,
    maxTokens: Math.min(
      MAX_TOKENS,
      positive(tokenizer.model_max_length),
      positive(config.max_position_embeddings),
    ),
    padId: typeof config.pad_token_id === 'number' ? config.pad_token_id : 0,
  };
}

function labelsOf(id2label: unknown): string[] {
  const entries = typeof id2label === 'object' && id2label !== null ? Object.entries(id2label) : [];
  const labels = entries
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => canonicalLabel(String(label)));
  if (labels.length === 0 || entries.some(([id], i) => Number(id) !== i))
    throw new ModelError(
      'config.json names no labels (id2label): a text-classification model is needed, exported with its labels.',
    );
  return labels;
}

const positive = (n: unknown): number => (typeof n === 'number' && n > 0 ? n : Number.POSITIVE_INFINITY);
