// The part of OpenTelemetry's protocol that carries logs, from opentelemetry/proto/logs/v1/logs.proto (v1.5). Field
// numbers are the protocol's; what is not named here is passed over.
import protobuf from 'protobufjs';

const PROTO = `
syntax = "proto3";
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message InstrumentationScope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message LogRecord {
  fixed64 time_unix_nano = 1; fixed64 observed_time_unix_nano = 11; int32 severity_number = 2;
  string severity_text = 3; AnyValue body = 5; repeated KeyValue attributes = 6;
  fixed32 flags = 8; bytes trace_id = 9; bytes span_id = 10; string event_name = 12;
}
message ScopeLogs { InstrumentationScope scope = 1; repeated LogRecord log_records = 2; string schema_url = 3; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; string schema_url = 3; }
message ExportLogsServiceRequest { repeated ResourceLogs resource_logs = 1; }
message ExportLogsPartialSuccess { int64 rejected_log_records = 1; string error_message = 2; }
message ExportLogsServiceResponse { ExportLogsPartialSuccess partial_success = 1; }
`;

const { root } = protobuf.parse(PROTO);
const request = root.lookupType('ExportLogsServiceRequest');
const response = root.lookupType('ExportLogsServiceResponse');

/** The request as its JSON form has it: names in camel case, 64-bit numbers as text, bytes in base64. Throws RangeError. */
export const decodeRequest = (body: Buffer): unknown =>
  request.toObject(request.decode(body), { longs: String, bytes: String });

export const encodeResponse = (partialSuccess: object | null): Buffer =>
  Buffer.from(
    response.encode(response.fromObject(partialSuccess === null ? {} : { partialSuccess })).finish(),
  );
