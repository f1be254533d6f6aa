import type { ConnectorKind } from './contract.ts';
import { elasticsearch } from './elasticsearch/elasticsearch.ts';
import { elasticsearchQuery } from './elasticsearch/query.ts';
import { files } from './files/files.ts';
import { journald } from './journald/journald.ts';
import { logicmonitor } from './logicmonitor/logicmonitor.ts';
import { loki } from './loki/loki.ts';
import { otlp } from './otlp/otlp.ts';
import { splunkHec } from './splunk/hec.ts';
import { splunkSearch } from './splunk/search.ts';
import { syslog } from './syslog/syslog.ts';
import { webhook } from './webhook/webhook.ts';
import { windowsEvents } from './windows/windows-events.ts';

/** Every way in besides GraphQL and the command line. */
export const CONNECTOR_KINDS: readonly ConnectorKind[] = [
  syslog,
  files,
  webhook,
  splunkHec,
  elasticsearch,
  otlp,
  loki,
  journald,
  windowsEvents,
  logicmonitor,
  splunkSearch,
  elasticsearchQuery,
];
