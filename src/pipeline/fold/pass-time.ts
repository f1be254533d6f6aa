// Lets time pass for tenants of which little is heard: only so does a silence show while nobody speaks. Tenants whose
// events are of long ago are left alone, for their time is not ours.

import { DETECT_SETTINGS } from '../../detect/settings.ts';
import { type Clock, minuteOf } from '../../domain/time.ts';
import { announce } from '../../live/outbox.ts';
import { keepVersions } from '../../store/as-of/keep-versions.ts';
import type { Store } from '../../store/store.ts';
import { transaction } from '../../store/transaction.ts';
import { detect } from '../detect/detect.ts';
import { lockFolding } from './counting.ts';
import type { FoldServices } from './fold.ts';

export interface Passing {
  readonly tenantIds: readonly number[];
  /** Since 1970. */
  readonly untilMinute: number;
}

/** The tenants for which it is time that somebody was heard. */
export async function findPassing(store: Store, clock: Clock): Promise<Passing> {
  const { silence, aliveness } = DETECT_SETTINGS;
  const untilMinute = minuteOf(clock.nowUs()) - silence.lagMinutes;
  const { rows } = await store.writePool.query<{ tenantId: number }>(
    `select c.tenant_id as "tenantId" from event_clock c
      where c.now_minute < $1 and c.now_minute >= $2
        and exists (select 1 from heartbeat h where h.tenant_id = c.tenant_id and h.due_minute <= $1)
      order by 1`,
    [untilMinute, untilMinute - aliveness.maxQuietMinutes],
  );
  return { tenantIds: rows.map((row) => row.tenantId), untilMinute };
}

type Services = Pick<FoldServices, 'store' | 'clock' | 'incidentActiveUs' | 'anomalyThreshold'>;

export async function passTime(services: Services, tenantId: number, untilMinute: number): Promise<void> {
  await transaction(services.store, async ({ tx, client }) => {
    await lockFolding(client, tenantId);
    const { announcements } = await detect(tx, { ...services, tenantId, touched: [], untilMinute });
    await keepVersions(tx, tenantId);
    await announce(tx, tenantId, announcements);
  });
}
