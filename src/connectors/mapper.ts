// Which connector maps payloads: that of their source, as it is configured at this moment.
import type { PayloadMapper } from '../pipeline/prepare-payloads.ts';
import { findSource } from '../store/sources.ts';
import type { Store } from '../store/store.ts';
import type { ConnectorKind } from './contract.ts';
import { alertKind, readConfig } from './upsert-source.ts';

export function payloadMapper(
  store: Pick<Store, 'writePool'>,
  kinds: readonly ConnectorKind[],
): PayloadMapper {
  return async (tenantId, via) => {
    const kind = alertKind(kinds, via.connector);
    const row = await findSource(store, tenantId, via.name);
    const config = readConfig(kind, row?.config ?? {});
    return async (payload, receivedUs) =>
      (await kind.map!(payload, config, receivedUs)).map((event) => ({
        ...event,
        sourceType: event.sourceType ?? kind.sourceType,
      }));
  };
}
