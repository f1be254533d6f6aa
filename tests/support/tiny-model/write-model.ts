// A whole model in the layout of Hugging Face, made from nothing: the same bytes each time, and no network.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANOMALY_LABELS } from '../../../src/anomaly/labels.ts';
import { bertClassifier } from './bert.ts';

/** Words that speak for a label. */
export const WORDS: Readonly<Record<string, readonly string[]>> = {
  NORMAL: ['ok', 'started', 'success', 'completed', 'accepted', 'opened', 'closed', 'healthy'],
  SECURITY_ANOMALY: ['denied', 'unauthorized', 'authentication', 'intrusion', 'password'],
  SYSTEM_FAILURE: ['panic', 'crash', 'fatal', 'segfault', 'killed', 'failed'],
  PERFORMANCE_ISSUE: ['slow', 'timeout', 'latency', 'throttled', 'overloaded', 'stalled'],
  NETWORK_ANOMALY: ['refused', 'unreachable', 'reset', 'dns', 'disconnect'],
  CONFIG_ERROR: ['config', 'missing', 'misconfigured', 'undefined', 'syntax'],
  HARDWARE_ISSUE: ['ecc', 'parity', 'disk', 'memory', 'temperature', 'fan'],
};

export interface TinyModelOptions {
  /** Default: what the built-in scorer answers too. */
  readonly labels?: readonly string[];
  readonly words?: Readonly<Record<string, readonly string[]>>;
  /** What the label at the first place has before a word is read. */
  readonly calm?: number;
  /** How much each word weighs. */
  readonly weight?: number;
  /** A word that the tokenizer knows and the weights do not: the whole batch fails on it. */
  readonly breaksOn?: string;
  /** Says that several labels may hold at once. */
  readonly multiLabel?: boolean;
}

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const CHARACTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const MARKS = [...'.,:;=-_/()[]<>"\'#@!?*+%&|\\{}$'];
const SHAPE = { hidden: 32, layers: 2, heads: 2, inner: 64, positions: 512 };

export function writeTinyModel(folder: string, options: TinyModelOptions = {}): void {
  const { labels = ANOMALY_LABELS, words = WORDS, calm = 1.5, weight = 5 } = options;
  const tokens = [...SPECIAL, ...CHARACTERS, ...CHARACTERS.map((c) => `##${c}`), ...MARKS];
  for (const word of Object.values(words).flat()) if (!tokens.includes(word)) tokens.push(word);
  const evidence = new Float32Array(tokens.length * labels.length);
  for (const [label, own] of Object.entries(words))
    for (const word of own) evidence[tokens.indexOf(word) * labels.length + labels.indexOf(label)] = weight;
  const shape = { ...SHAPE, vocabulary: tokens.length };
  const bias = labels.map((_, i) => (i === 0 ? calm : 0));
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const write = (file: string, content: object) => writeFileSync(join(folder, file), JSON.stringify(content));
  write('config.json', {
    architectures: ['BertForSequenceClassification'],
    model_type: 'bert',
    id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
    vocab_size: tokens.length,
    hidden_size: SHAPE.hidden,
    max_position_embeddings: SHAPE.positions,
    pad_token_id: 0,
    ...(options.multiLabel ? { problem_type: 'multi_label_classification' } : {}),
  });
  const known = options.breaksOn === undefined ? tokens : [...tokens, options.breaksOn];
  write('tokenizer.json', wordPiece(known));
  write('tokenizer_config.json', { tokenizer_class: 'BertTokenizer', model_max_length: SHAPE.positions });
  writeFileSync(join(folder, 'onnx', 'model.onnx'), bertClassifier(shape, evidence, bias));
}

function wordPiece(tokens: readonly string[]): object {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const special = (content: string) => ({ SpecialToken: { id: content, type_id: 0 } });
  const added = (content: string) => ({
    id: vocab[content],
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map(added),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      pair: [],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((content) => [
          content,
          { id: content, ids: [vocab[content]], tokens: [content] },
        ]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}
