// POST /webhook/<source>: any tool's JSON, mapped as the source's configuration says.
import { z } from 'zod';
import { connectorKind, type Receiver } from '../contract.ts';
import { authorization, outcomeReply, parseJson, pathPart, refuseAsJson } from '../http-replies.ts';
import { guessEvent } from './guess.ts';
import { compileMapping, type Mapping, mappingExpression } from './mapping.ts';
import { PRESET_NAMES, presetMapping } from './presets.ts';

const PATH = /^\/webhook\/([^/]+)\/?$/;
const SECRET_HEADER = 'x-mnemograph-secret';

const webhookConfig = z
  .strictObject({
    preset: z.enum(PRESET_NAMES).optional(),
    mapping: mappingExpression.optional(),
  })
  .refine(({ preset, mapping }) => preset === undefined || mapping === undefined, {
    path: ['mapping'],
    message: 'cannot stand beside a preset: choose one',
  });

type WebhookConfig = z.output<typeof webhookConfig>;

export const webhookReceiver: Receiver<WebhookConfig> = {
  accepts: (method, path) => method === 'POST' && PATH.test(path),
  sourceName: (path) => pathPart(PATH.exec(path)?.[1]),
  secretOf: ({ headers, query }) =>
    headers[SECRET_HEADER] ?? authorization(headers.authorization, 'Bearer') ?? query.get('secret'),
  async receive({ body }, _config, intake) {
    return outcomeReply(await intake.payloads([body.toString('utf8')]));
  },
  refuse: refuseAsJson,
};

export const webhook = connectorKind<WebhookConfig>({
  kind: 'webhook',
  summary: 'Takes the JSON of any tool, by a mapping in JSONata, a ready one, or the usual names.',
  sourceType: 'WEBHOOK',
  config: webhookConfig,
  secret: 'presented',
  receiver: webhookReceiver,
  async map(body, { preset, mapping }, receivedUs) {
    const payload = parseJson(body);
    const expression = mapping ?? (preset === undefined ? null : presetMapping(preset));
    if (expression === null) return [guessEvent('webhook', payload, receivedUs)];
    return compiled(expression)(payload);
  },
});

/** Compiling costs more than mapping; a server has few mappings. */
const known = new Map<string, Mapping>();
const MAX_KNOWN = 256;

function compiled(expression: string): Mapping {
  let mapping = known.get(expression);
  if (mapping === undefined) {
    if (known.size >= MAX_KNOWN) known.clear();
    mapping = compileMapping(expression);
    known.set(expression, mapping);
  }
  return mapping;
}
