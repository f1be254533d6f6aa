// Reads events of a problem/recovery pair as reports of a state.
import { sql } from 'drizzle-orm';
import type { StateReport } from '../../detect/cycle.ts';
import type { Severity } from '../../domain/severity.ts';
import { type Micros, parseMicros } from '../../domain/time.ts';
import { eachInTurns } from '../../domain/turns.ts';
import { parseLine } from '../../parse/parse-line.ts';
import { correlationKey } from '../../signature/engine.ts';
import { type EventAttrs, EventFlag } from '../../store/tables/event.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';

/** [fromUs, toUs) of one asset; `index` names the question, of which several rows may speak. */
export interface ReportQuestion {
  readonly index: number;
  readonly signatureId: string;
  readonly role: StateReport['role'];
  readonly assetId: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

interface Row {
  index: number;
  role: StateReport['role'];
  eventId: string;
  signatureId: string;
  severity: Severity;
  atUs: string;
  flags: number;
  messageRaw: string;
  attrs: EventAttrs | null;
}

export async function loadStateReports(
  ctx: DetectContext,
  questions: readonly ReportQuestion[],
): Promise<Map<number, StateReport[]>> {
  const asked = questions.map((q) => ({
    index: q.index,
    signature_id: q.signatureId,
    role: q.role,
    asset_id: q.assetId,
    from_at: moment(q.fromUs),
    to_at: moment(q.toUs),
  }));
  const rows = await query<Row>(
    ctx,
    sql`select q.index, q.role, e.event_id as "eventId", e.signature_id as "signatureId", e.severity, e.flags,
               (extract(epoch from e.ts) * 1000000)::bigint as "atUs", e.message_raw as "messageRaw", e.attrs
          from json_to_recordset(${asJson(asked)}::json)
               as q(index int, signature_id bigint, role text, asset_id bigint, from_at timestamptz, to_at timestamptz)
         cross join lateral (
               select * from event e
                where e.tenant_id = ${ctx.tenantId} and e.signature_id = q.signature_id
                  and e.ts >= q.from_at and e.ts < q.to_at and coalesce(e.asset_id, 0) = q.asset_id) e`,
  );
  const reports = new Map<number, StateReport[]>();
  await eachInTurns(rows, (row) => {
    const known = reports.get(row.index);
    if (known === undefined) reports.set(row.index, [fromRow(row)]);
    else known.push(fromRow(row));
  });
  return reports;
}

function fromRow(row: Row): StateReport {
  const atUs = Number(row.atUs);
  return {
    role: row.role,
    atUs,
    eventId: row.eventId,
    signatureId: row.signatureId,
    severity: row.severity,
    correlation: givenCorrelation(row.attrs) ?? correlationKey(messageOf(row, atUs)),
    clearedUs: clearedUs(row.attrs),
  };
}

const messageOf = (row: Row, atUs: Micros): string =>
  row.flags & EventFlag.STRUCTURED
    ? row.messageRaw
    : parseLine(row.messageRaw, { referenceUs: atUs }).message;

function givenCorrelation(attrs: EventAttrs | null): string | null {
  const given = Object.entries(attrs?.correlationKeys ?? {});
  if (given.length === 0) return null;
  return given
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .sort()
    .join('|');
}

function clearedUs(attrs: EventAttrs | null): Micros | null {
  const cleared = attrs?.structuredFields?.clearedAt ?? attrs?.structuredFields?.cleared_at;
  return typeof cleared === 'string' ? parseMicros(cleared) : null;
}
