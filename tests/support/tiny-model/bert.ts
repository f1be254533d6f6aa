// A small BERT (Devlin et al., 2019, post-layer-norm) that classifies text: random weights from a seed do the work of a
// real one, and beside them each word of the lexicon speaks for its label, so that the answers mean something.
import { seededRandom } from '../../../src/cli/demo/random.ts';
import { OnnxGraph } from './onnx-graph.ts';

export interface BertShape {
  readonly vocabulary: number;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly inner: number;
  readonly positions: number;
}

const SPREAD = 0.02;
const MASKED = -10_000;
/** How much the encoder adds to what the words say. */
const ENCODER_SHARE = 0.05;

/** `evidence`: vocabulary by labels, in rows; `bias`: one per label. Answers with `logits`. */
export function bertClassifier(
  shape: BertShape,
  evidence: Float32Array,
  bias: readonly number[],
): Uint8Array {
  const graph = new OnnxGraph();
  graph.input('input_ids');
  graph.input('attention_mask');
  graph.input('token_type_ids');
  const weights = randomWeights(graph);
  const labels = bias.length;
  const mask = graph.op('Cast', ['attention_mask'], { to: 1 });
  const encoded = encoder(graph, shape, weights, mask);
  const first = graph.op('Gather', [encoded, graph.ints('first', [0], true)], { axis: 1 });
  const pooled = graph.op('Tanh', [linear(graph, weights, first, shape.hidden, shape.hidden, 'pool')]);
  const opinion = linear(graph, weights, pooled, shape.hidden, labels, 'opinion');
  const share = graph.op('Mul', [opinion, graph.floats('share', [], [ENCODER_SHARE])]);
  const words = graph.op('Gather', [
    graph.floats('evidence', [shape.vocabulary, labels], evidence),
    'input_ids',
  ]);
  const heard = graph.op('Mul', [words, graph.op('Unsqueeze', [mask, graph.ints('last_axis', [2])])]);
  const sum = graph.op('ReduceSum', [heard, graph.ints('sequence_axis', [1])], { keepdims: 0 });
  const said = graph.op('Add', [sum, graph.floats('bias', [labels], bias)]);
  graph.op('Add', [said, share], {}, 'logits');
  graph.output('logits', labels);
  return graph.encode();
}

type Weights = (name: string, dims: readonly number[]) => string;

function randomWeights(graph: OnnxGraph): Weights {
  const { unit } = seededRandom(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
  return (name, dims) => {
    const count = dims.reduce((product, n) => product * n, 1);
    return graph.floats(
      name,
      dims,
      Float32Array.from({ length: count }, () => normal() * SPREAD),
    );
  };
}

function linear(
  graph: OnnxGraph,
  weights: Weights,
  x: string,
  from: number,
  to: number,
  name: string,
): string {
  const product = graph.op('MatMul', [x, weights(`${name}.weight`, [from, to])]);
  return graph.op('Add', [product, graph.floats(`${name}.bias`, [to], new Float32Array(to))]);
}

function layerNorm(graph: OnnxGraph, x: string, width: number, name: string): string {
  const scale = graph.floats(`${name}.scale`, [width], new Float32Array(width).fill(1));
  const bias = graph.floats(`${name}.bias`, [width], new Float32Array(width));
  return graph.op('LayerNormalization', [x, scale, bias], { axis: -1, epsilon: { float: 1e-12 } });
}

function encoder(graph: OnnxGraph, shape: BertShape, weights: Weights, mask: string): string {
  const { hidden, heads, inner } = shape;
  const lookUp = (table: string, rows: number, ids: string) =>
    graph.op('Gather', [weights(table, [rows, hidden]), ids]);
  const zero = graph.ints('zero', [0], true);
  const one = graph.ints('one', [1], true);
  const length = graph.op('Gather', [graph.op('Shape', ['input_ids']), one]);
  const positions = lookUp('positions', shape.positions, graph.op('Range', [zero, length, one]));
  const typed = graph.op('Add', [
    lookUp('words', shape.vocabulary, 'input_ids'),
    lookUp('types', 2, 'token_type_ids'),
  ]);
  let x = layerNorm(graph, graph.op('Add', [typed, positions]), hidden, 'embedding');
  const open = graph.op('Unsqueeze', [mask, graph.ints('head_axes', [1, 2])]);
  const closed = graph.op('Sub', [graph.floats('open', [], [1]), open]);
  const penalty = graph.op('Mul', [closed, graph.floats('masked', [], [MASKED])]);
  graph.ints('split', [0, 0, heads, hidden / heads]);
  graph.ints('merge', [0, 0, hidden]);
  graph.floats('scale', [], [1 / Math.sqrt(hidden / heads)]);
  graph.floats('root_half', [], [Math.SQRT1_2]);
  graph.floats('half', [], [0.5]);
  for (let layer = 0; layer < shape.layers; layer++) {
    const name = `layer${layer}`;
    const attended = attention(graph, weights, x, hidden, penalty, name);
    x = layerNorm(graph, graph.op('Add', [attended, x]), hidden, `${name}.attended`);
    const wide = gelu(graph, linear(graph, weights, x, hidden, inner, `${name}.wide`));
    const narrow = linear(graph, weights, wide, inner, hidden, `${name}.narrow`);
    x = layerNorm(graph, graph.op('Add', [narrow, x]), hidden, `${name}.fed`);
  }
  return x;
}

function attention(
  graph: OnnxGraph,
  weights: Weights,
  x: string,
  hidden: number,
  penalty: string,
  name: string,
): string {
  const perHead = (role: string, perm: readonly number[]) =>
    graph.op(
      'Transpose',
      [graph.op('Reshape', [linear(graph, weights, x, hidden, hidden, `${name}.${role}`), 'split'])],
      { perm },
    );
  const likeness = graph.op('MatMul', [perHead('query', [0, 2, 1, 3]), perHead('key', [0, 2, 3, 1])]);
  const open = graph.op('Add', [graph.op('Mul', [likeness, 'scale']), penalty]);
  const mixed = graph.op('MatMul', [
    graph.op('Softmax', [open], { axis: -1 }),
    perHead('value', [0, 2, 1, 3]),
  ]);
  const merged = graph.op('Reshape', [graph.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }), 'merge']);
  return linear(graph, weights, merged, hidden, hidden, `${name}.out`);
}

const gelu = (graph: OnnxGraph, x: string): string => {
  const erf = graph.op('Erf', [graph.op('Mul', [x, 'root_half'])]);
  return graph.op('Mul', [graph.op('Mul', [x, graph.op('Add', [erf, 'open'])]), 'half']);
};
