// How Hugging Face lays out a model with ONNX weights.

export const NEEDED_FILES = ['config.json', 'tokenizer.json'] as const;
export const USEFUL_FILES = ['tokenizer_config.json'] as const;

const ONNX_FILES = [
  'onnx/model.onnx',
  'model.onnx',
  'onnx/model_quantized.onnx',
  'model_quantized.onnx',
  'onnx/model_int8.onnx',
];

/** The weights, the most exact first. */
export const chooseOnnx = (files: readonly string[]): string | null =>
  ONNX_FILES.find((file) => files.includes(file)) ?? null;

/** What belongs to the weights: large ones lie beside their graph, as `model.onnx_data`. */
export const withData = (onnx: string, files: readonly string[]): string[] =>
  files.filter((file) => file === onnx || file.startsWith(`${onnx}_data`) || file === `${onnx}.data`);
