// Asks a Splunk for the events that a search finds and that came since it last asked.
import { connectorKind, type Instance } from '../contract.ts';
import { pollEvery } from '../poll-every.ts';
import { eventOfResult } from './results.ts';
import { type SearchConfig, searchConfig } from './search-config.ts';
import { pollResults } from './search-poll.ts';

export const splunkSearch = connectorKind<SearchConfig>({
  kind: 'splunk-search',
  summary: 'Asks a Splunk for the events of a search, again and again.',
  sourceType: 'SPLUNK',
  config: searchConfig,
  secret: 'none',
  hasCredential: true,
  async run(instance: Instance<SearchConfig>) {
    const { pull, url, pollSeconds } = instance.config;
    if (!pull || url === undefined) return { stop: async () => {} };
    let recent: ReadonlySet<string> = new Set();
    return pollEvery(pollSeconds, instance.intake, url, async (signal) => {
      recent = await pollResults(instance, url, recent, signal);
    });
  },
  map: async (payload, _config, receivedUs) => [eventOfResult(payload, receivedUs)],
});
