// Asks an Elasticsearch for the documents that match a query and came since it last asked.
import { connectorKind, type Instance } from '../contract.ts';
import { pollEvery } from '../poll-every.ts';
import { eventOfDocument } from './document.ts';
import { type QueryConfig, queryConfig } from './query-config.ts';
import { pollDocuments } from './query-poll.ts';

export const elasticsearchQuery = connectorKind<QueryConfig>({
  kind: 'elasticsearch-query',
  summary: 'Asks an Elasticsearch for the documents of a query, again and again.',
  sourceType: 'APP_LOG',
  config: queryConfig,
  secret: 'none',
  hasCredential: true,
  async run(instance: Instance<QueryConfig>) {
    const { pull, url, pollSeconds } = instance.config;
    if (!pull || url === undefined) return { stop: async () => {} };
    let recent: ReadonlySet<string> = new Set();
    return pollEvery(pollSeconds, instance.intake, url, async (signal) => {
      recent = await pollDocuments(instance, url, recent, signal);
    });
  },
  map: async (payload, _config, receivedUs) => [eventOfDocument(payload, receivedUs)],
});
