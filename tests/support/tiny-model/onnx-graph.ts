// Writes ONNX models: the messages of onnx.proto (ONNX 1.15) that an inference graph needs.
import protobuf from 'protobufjs';

const SCHEMA = `
syntax = "proto2";
message AttributeProto { optional string name = 1; optional float f = 2; optional int64 i = 3; repeated int64 ints = 8; optional int32 type = 20; }
message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
message NodeProto { repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4; repeated AttributeProto attribute = 5; }
message ModelProto { optional int64 ir_version = 1; optional string producer_name = 2; optional GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; }
message GraphProto { repeated NodeProto node = 1; optional string name = 2; repeated TensorProto initializer = 5; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
message TensorProto { repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9; }
message DimensionProto { optional int64 dim_value = 1; optional string dim_param = 2; }
message TensorShapeProto { repeated DimensionProto dim = 1; }
message TensorTypeProto { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
message TypeProto { optional TensorTypeProto tensor_type = 1; }
message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
`;
const Model = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('ModelProto');

const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE = { float: 1, int: 2, ints: 7 };
const OPSET = 17;
const IR_VERSION = 8;

type Attribute = number | readonly number[] | { readonly float: number };

export class OnnxGraph {
  readonly #nodes: object[] = [];
  readonly #weights: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];

  /** A matrix of int64, batch by sequence. */
  input(name: string): string {
    this.#inputs.push(valueInfo(name, INT64, ['batch', 'sequence']));
    return name;
  }

  output(name: string, width: number): void {
    this.#outputs.push(valueInfo(name, FLOAT, ['batch', width]));
  }

  floats(name: string, dims: readonly number[], values: readonly number[] | Float32Array): string {
    return this.#weight(name, dims, FLOAT, Float32Array.from(values));
  }

  /** A vector, or the scalar that the one value is. */
  ints(name: string, values: readonly number[], scalar = false): string {
    return this.#weight(name, scalar ? [] : [values.length], INT64, BigInt64Array.from(values.map(BigInt)));
  }

  op(
    type: string,
    input: readonly string[],
    attributes: Record<string, Attribute> = {},
    output?: string,
  ): string {
    const name = output ?? `${type}_${this.#nodes.length}`;
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push({ input, output: [name], name: `node_${name}`, op_type: type, attribute });
    return name;
  }

  encode(): Uint8Array {
    return Model.encode({
      ir_version: IR_VERSION,
      producer_name: 'mnemograph-tests',
      opset_import: [{ domain: '', version: OPSET }],
      graph: {
        name: 'classifier',
        node: this.#nodes,
        initializer: this.#weights,
        input: this.#inputs,
        output: this.#outputs,
      },
    }).finish();
  }

  #weight(name: string, dims: readonly number[], type: number, values: Float32Array | BigInt64Array): string {
    this.#weights.push({ name, dims, data_type: type, raw_data: new Uint8Array(values.buffer) });
    return name;
  }
}

function attributeOf(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE.int };
  return 'float' in value
    ? { name, f: value.float, type: ATTRIBUTE.float }
    : { name, ints: value, type: ATTRIBUTE.ints };
}

const valueInfo = (name: string, elem_type: number, dims: readonly (string | number)[]): object => ({
  name,
  type: {
    tensor_type: {
      elem_type,
      shape: { dim: dims.map((d) => (typeof d === 'string' ? { dim_param: d } : { dim_value: d })) },
    },
  },
});
