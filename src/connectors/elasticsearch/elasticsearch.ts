// As much of Elasticsearch as its shippers (Beats, Logstash, Fluent Bit, Vector, rsyslog) need to send: the bulk request,
// and the questions that they ask before. At the root, or below /elasticsearch.
import { z } from 'zod';
import type { Delivery, Reply } from '../../domain/delivery.ts';
import type { CallerError } from '../../domain/errors.ts';
import { connectorKind, type Receiver } from '../contract.ts';
import { authorization, passwordOf, retryHeaders, statusOf } from '../http-replies.ts';
import type { Intake } from '../intake.ts';
import { PRODUCT_HEADER, takeBulk } from './bulk.ts';
import { eventOfDocument } from './document.ts';

const PREFIX = '/elasticsearch';
const BULK = /^(\/elasticsearch)?(\/[^_/][^/]*)?\/_bulk\/?$/;
const QUESTION =
  /^\/elasticsearch(\/(_license|_xpack|_cat\/health|_cluster\/health|_index_template\/.*|_template\/.*|_component_template\/.*|_ilm\/.*|_data_stream\/.*|_ingest\/.*|_nodes.*)?)?$/;
const HEALTH = /^\/(_cat|_cluster)\/health$/;

/** What clients of version 8 expect of a server. */
const ABOUT = {
  name: 'mnemograph',
  cluster_name: 'mnemograph',
  cluster_uuid: 'mnemograph',
  version: {
    number: '8.17.0',
    build_flavor: 'default',
    lucene_version: '9.12.0',
    minimum_wire_compatibility_version: '7.17.0',
    minimum_index_compatibility_version: '7.0.0',
  },
  tagline: 'You Know, for Search',
} as const;

const LICENSE = { license: { uid: 'mnemograph', type: 'basic', mode: 'basic', status: 'active' } } as const;

async function receive(delivery: Delivery, _config: unknown, intake: Intake): Promise<Reply> {
  if (BULK.test(delivery.path)) return takeBulk(delivery, intake);
  return { status: 200, headers: PRODUCT_HEADER, body: answerQuestion(delivery) };
}

function answerQuestion({ method, path }: Delivery): unknown {
  const asked = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : path;
  if (method === 'HEAD') return undefined;
  if (asked === '' || asked === '/') return ABOUT;
  if (asked.startsWith('/_license')) return LICENSE;
  if (asked.startsWith('/_xpack')) return { ...LICENSE, features: {} };
  if (asked.includes('/health'))
    return { cluster_name: ABOUT.cluster_name, status: 'green', timed_out: false };
  // Templates, policies and pipelines have no meaning here: whoever sets them up goes on.
  return { acknowledged: true };
}

const receiver: Receiver<object> = {
  accepts: (method, path) =>
    ((method === 'POST' || method === 'PUT') && BULK.test(path)) ||
    QUESTION.test(path) ||
    (method === 'GET' && HEALTH.test(path)),
  sourceName: () => null,
  secretOf: ({ headers }) =>
    authorization(headers.authorization, 'ApiKey') ??
    authorization(headers.authorization, 'Bearer') ??
    passwordOf(headers.authorization),
  receive,
  refuse: (error: CallerError) => ({
    status: statusOf(error),
    headers: { ...PRODUCT_HEADER, ...retryHeaders(error) },
    body: {
      status: statusOf(error),
      error: { type: TYPES[error.code] ?? 'illegal_argument_exception', reason: error.message },
    },
  }),
};

const TYPES: Readonly<Partial<Record<CallerError['code'], string>>> = {
  UNAUTHENTICATED: 'security_exception',
  FORBIDDEN: 'security_exception',
  RETRY_LATER: 'es_rejected_execution_exception',
  UNAVAILABLE: 'unavailable_shards_exception',
};

export const elasticsearch = connectorKind<object>({
  kind: 'elasticsearch',
  summary: 'Takes Elasticsearch’s bulk requests, at /_bulk or below /elasticsearch.',
  sourceType: 'APP_LOG',
  config: z.strictObject({}),
  secret: 'presented',
  receiver,
  map: async (payload, _config, receivedUs) => [eventOfDocument(payload, receivedUs)],
});
