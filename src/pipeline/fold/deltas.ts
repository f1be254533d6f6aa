// What a batch adds to the counters. Addition only, so that any order and any coalescing of batches gives the same sums.

import type { Rule } from '../../domain/rule.ts';
import type { Severity } from '../../domain/severity.ts';
import { type Micros, minuteOf } from '../../domain/time.ts';
import { eachInTurns } from '../../domain/turns.ts';
import { NO_ASSET } from '../../store/dimensions.ts';
import type { EventReading } from '../rules/event-reader.ts';
import { EntityDeltas, type EntitySums } from './entity-deltas.ts';

/** The pseudo-signature whose buckets sum all signatures of an asset. */
export const ALL_SIGNATURES = '0';

export interface CountedEvent {
  readonly signatureId: string;
  readonly assetId: string | null;
  readonly detectionUs: Micros;
  readonly severity: Severity;
  /** Timestamp and severity both came from the source. */
  readonly sourced: boolean;
  readonly message: string;
  readonly host?: string;
  /** Absent: nothing is counted per user and address, nor for rules. */
  readonly reading?: EventReading;
}

export interface BucketDelta {
  readonly signatureId: string;
  readonly assetId: string;
  readonly minute: number;
  n: number;
  sourced: number;
  worst: Severity;
  firstUs: Micros;
  lastUs: Micros;
}

export interface SignatureDelta {
  readonly signatureId: string;
  n: number;
  worst: Severity;
  /** The bit of each severity rank among them. */
  severities: number;
  firstUs: Micros;
  lastUs: Micros;
  /** The message of the earliest event; of several at that time the least. */
  example: string;
}

/** A stored batch and what it adds. */
export interface FoldableBatch {
  readonly batchId: string;
  readonly deltas: Counts;
}

/** What a batch adds, also after it went from one thread to another. */
export interface Counts extends Pick<Deltas, 'buckets' | 'signatures' | 'faults' | 'eventCount'> {
  readonly entities: EntitySums;
}

export class Deltas {
  readonly buckets = new Map<string, BucketDelta>();
  readonly signatures = new Map<string, SignatureDelta>();
  readonly entities: EntityDeltas;
  /** Why rules could not be judged, by their ids. */
  readonly faults = new Map<string, string>();
  eventCount = 0;

  constructor(entities = new EntityDeltas()) {
    this.entities = entities;
  }

  fault({ ruleId }: Rule, fault: string): void {
    this.faults.set(ruleId, fault);
  }

  add(event: CountedEvent): void {
    this.eventCount++;
    const assetId = event.assetId ?? NO_ASSET;
    this.#bucket(event.signatureId, assetId, event);
    this.#bucket(ALL_SIGNATURES, assetId, event);
    this.#signature(event);
    if (event.reading !== undefined) this.entities.add(event, event.reading, assetId);
  }

  merge(other: Counts): void {
    this.eventCount += other.eventCount;
    for (const [key, delta] of other.buckets) this.#addBucket(key, delta);
    for (const [key, delta] of other.signatures) this.#addSignature(key, delta);
    this.entities.merge(other.entities);
    for (const [ruleId, fault] of other.faults) this.faults.set(ruleId, fault);
  }

  /** The same counts, each for the signature that `rootOf` names. */
  async grouped(rootOf: (signatureId: string) => string): Promise<Deltas> {
    const grouped = new Deltas(this.entities);
    grouped.eventCount = this.eventCount;
    await eachInTurns(this.buckets.values(), (delta) => {
      const signatureId = rootOf(delta.signatureId);
      grouped.#addBucket(`${signatureId}|${delta.assetId}|${delta.minute}`, { ...delta, signatureId });
    });
    await eachInTurns(this.signatures.values(), (delta) => {
      const signatureId = rootOf(delta.signatureId);
      grouped.#addSignature(signatureId, { ...delta, signatureId });
    });
    return grouped;
  }

  #addBucket(key: string, delta: BucketDelta): void {
    const mine = this.buckets.get(key);
    if (mine === undefined) this.buckets.set(key, { ...delta });
    else widen(mine, delta, delta.n, delta.sourced);
  }

  #addSignature(key: string, delta: SignatureDelta): void {
    const mine = this.signatures.get(key);
    if (mine === undefined) {
      this.signatures.set(key, { ...delta });
      return;
    }
    if (isEarlier(delta, mine)) mine.example = delta.example;
    mine.severities |= delta.severities;
    widen(mine, delta, delta.n, 0);
  }

  #bucket(signatureId: string, assetId: string, event: CountedEvent): void {
    const minute = minuteOf(event.detectionUs);
    const key = `${signatureId}|${assetId}|${minute}`;
    const sourced = event.sourced ? 1 : 0;
    const span = { worst: event.severity, firstUs: event.detectionUs, lastUs: event.detectionUs };
    const mine = this.buckets.get(key);
    if (mine === undefined) this.buckets.set(key, { signatureId, assetId, minute, n: 1, sourced, ...span });
    else widen(mine, span, 1, sourced);
  }

  #signature(event: CountedEvent): void {
    const span = { worst: event.severity, firstUs: event.detectionUs, lastUs: event.detectionUs };
    const mine = this.signatures.get(event.signatureId);
    if (mine === undefined) {
      this.signatures.set(event.signatureId, {
        signatureId: event.signatureId,
        n: 1,
        example: event.message,
        severities: 1 << event.severity,
        ...span,
      });
      return;
    }
    if (isEarlier({ firstUs: event.detectionUs, example: event.message }, mine)) mine.example = event.message;
    mine.severities |= 1 << event.severity;
    widen(mine, span, 1, 0);
  }
}

type Span = { worst: Severity; firstUs: Micros; lastUs: Micros };

const isEarlier = (a: { firstUs: Micros; example: string }, b: { firstUs: Micros; example: string }) =>
  a.firstUs < b.firstUs || (a.firstUs === b.firstUs && a.example < b.example);

function widen(target: Span & { n: number; sourced?: number }, span: Span, n: number, sourced: number): void {
  target.n += n;
  if (target.sourced !== undefined) target.sourced += sourced;
  if (span.worst > target.worst) target.worst = span.worst;
  if (span.firstUs < target.firstUs) target.firstUs = span.firstUs;
  if (span.lastUs > target.lastUs) target.lastUs = span.lastUs;
}
