// Which connector maps a payload: that of its source, as it is configured at this moment.
import { ValidationError } from '../domain/errors.ts';
import type { PayloadMapper } from '../pipeline/prepare-payloads.ts';
import { findSource } from '../store/sources.ts';
import type { Store } from '../store/store.ts';
import type { ConnectorKind } from './contract.ts';
import { alertKind, readConfig } from './upsert-source.ts';

export function payloadMapper(
  store: Pick<Store, 'writePool'>,
  kinds: readonly ConnectorKind[],
): PayloadMapper {
  return async (tenantId, via, payload, receivedUs) => {
    const kind = alertKind(kinds, via.connector);
    const row = await findSource(store, tenantId, via.name);
    return kind.map!(parse(payload), readConfig(kind, row?.config ?? {}), receivedUs);
  };
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch (error) {
    throw new ValidationError(`The payload is no JSON: ${(error as Error).message}.`);
  }
}
