// Lets time pass for tenants of which little is heard: only so does a silence show while nobody speaks. Tenants whose
// events are of long ago are left alone, for their time is not ours.

import { DETECT_SETTINGS } from '../../detect/settings.ts';
import { minuteOf } from '../../domain/time.ts';
import { announce } from '../../live/outbox.ts';
import { keepVersions } from '../../store/as-of/keep-versions.ts';
import { transaction } from '../../store/transaction.ts';
import { detect } from '../detect/detect.ts';
import { lockFolding } from './counting.ts';
import type { FoldServices } from './fold.ts';

/** `isBusy`: events of that tenant are on their way, and will tell better. */
export async function passTime(
  {
    store,
    clock,
    incidentActiveUs,
    anomalyThreshold,
  }: Pick<FoldServices, 'store' | 'clock' | 'incidentActiveUs' | 'anomalyThreshold'>,
  isBusy: (tenantId: number) => boolean,
): Promise<void> {
  const { silence, aliveness } = DETECT_SETTINGS;
  const untilMinute = minuteOf(clock.nowUs()) - silence.lagMinutes;
  const { rows } = await store.writePool.query<{ tenantId: number }>(
    `select c.tenant_id as "tenantId" from event_clock c
      where c.now_minute < $1 and c.now_minute >= $2
        and exists (select 1 from heartbeat h where h.tenant_id = c.tenant_id and h.due_minute <= $1)
      order by 1`,
    [untilMinute, untilMinute - aliveness.maxQuietMinutes],
  );
  for (const { tenantId } of rows) {
    if (isBusy(tenantId)) continue;
    await transaction(store, async ({ tx, client }) => {
      await lockFolding(client, tenantId);
      const { announcements } = await detect(tx, {
        tenantId,
        touched: [],
        clock,
        untilMinute,
        incidentActiveUs,
        anomalyThreshold,
      });
      await keepVersions(tx, tenantId);
      await announce(tx, tenantId, announcements);
    });
  }
}
