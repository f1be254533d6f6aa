// One alert of LogicMonitor is a session: raised, acknowledged and cleared under one id and start. Each of the three is
// an event under a key of its own; they share their correlation key, and the clearing heals the raising.
import type { SeverityName } from '../../domain/severity.ts';
import { formatMicros, type Micros } from '../../domain/time.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';

export interface AlertSession {
  readonly id: string;
  readonly startUs: Micros;
  readonly ackedUs: Micros | null;
  readonly clearedUs: Micros | null;
  readonly severity: SeverityName;
  readonly host: string | null;
  readonly datasource: string;
  readonly instance: string | null;
  readonly datapoint: string;
  /** What happened just now, where a webhook tells; null: all that the session holds. */
  readonly step: 'raised' | 'acknowledged' | 'cleared' | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The events of a session so far; those that were sent before are duplicates. A worse level raises it once more. */
export function eventsOfSession(session: AlertSession): IngestEventInput[] {
  const { startUs, ackedUs, clearedUs, step } = session;
  if (step === 'acknowledged') return [eventAt(session, 'acknowledged', ackedUs ?? startUs)];
  if (step === 'cleared') return [eventAt(session, 'cleared', clearedUs ?? startUs)];
  const events = [eventAt(session, 'raised', startUs)];
  if (step === 'raised') return events;
  if (ackedUs !== null) events.push(eventAt(session, 'acknowledged', ackedUs));
  if (clearedUs !== null) events.push(eventAt(session, 'cleared', clearedUs));
  return events;
}

function eventAt(
  session: AlertSession,
  step: NonNullable<AlertSession['step']>,
  atUs: Micros,
): IngestEventInput {
  const key = `${session.id}|${session.startUs}`;
  const about = [session.datasource, session.instance, session.datapoint].filter(Boolean).join(' ');
  return {
    timestamp: formatMicros(atUs),
    sourceType: 'LOGICMONITOR',
    host: session.host,
    service: session.datasource,
    severity: step === 'raised' ? session.severity : 'INFO',
    message: `Alert on ${about} was ${step}`,
    structuredFields: session.fields,
    correlationKeys: { alert: key },
    eventKey: step === 'raised' ? `${key}|${step}|${session.severity}` : `${key}|${step}`,
  };
}
