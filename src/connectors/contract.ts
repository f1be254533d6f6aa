// What every connector is: one kind of way in. It maps what its protocol carries into native lines and events and hands
// them to its intake; signatures, detection and scores are the pipeline's, as for everything else.
import type { z } from 'zod';
import type { Delivery, Reply } from '../domain/delivery.ts';
import type { CallerError } from '../domain/errors.ts';
import type { Micros } from '../domain/time.ts';
import type { SourceType } from '../domain/words.ts';
import type { IngestEventInput } from '../pipeline/input.ts';
import type { Intake } from './intake.ts';

export interface ConnectorKind<Config = unknown> {
  /** As `Source.connector` says it. */
  readonly kind: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly sourceType: SourceType;
  /** Reads the configuration of an instance; `{}` must be readable where the connector works without any. */
  readonly config: z.ZodType<Config>;
  /** `presented`: its senders can present one to us. */
  readonly secret: 'presented' | 'none';
  /** Whether we present one to the other side. */
  readonly hasCredential?: boolean;
  /** Listens, follows or polls until stopped. Rejects where it cannot begin; it is tried again later. */
  run?(instance: Instance<Config>): Promise<Running>;
  /** Takes what is posted to the server's own port. */
  readonly receiver?: Receiver<Config>;
  /** One payload as its sender made it to the events it tells of. Throws ValidationError where it tells of none. */
  map?(payload: string, config: Config, receivedUs: Micros): Promise<IngestEventInput[]>;
}

/** One configured source, as its connector runs it. */
export interface Instance<Config> {
  readonly config: Config;
  /** What we present to the other side. */
  readonly credential: string | null;
  readonly intake: Intake;
}

export interface Running {
  /** Where it listens, e.g. `udp://127.0.0.1:5514`. */
  readonly address?: string;
  /** Settles when it runs no more. Rejects with what ended it before it was stopped; it is started anew. */
  readonly ended?: Promise<void>;
  /** Takes no more, sends on what it holds, then lets go. */
  stop(): Promise<void>;
}

export interface Receiver<Config> {
  /** Whether this method and path are its own. */
  accepts(method: string, path: string): boolean;
  /** The name of the source in the path; null: the kind's own. */
  sourceName(path: string): string | null;
  /** The secret that the request presents; null: none. */
  secretOf(delivery: Delivery): string | null;
  receive(delivery: Delivery, config: Config, intake: Intake): Promise<Reply>;
  /** How its protocol says no. */
  refuse(error: CallerError): Reply;
}

/** Keeps the kind's configuration type while the kinds stand in one list. */
export const connectorKind = <Config>(kind: ConnectorKind<Config>): ConnectorKind =>
  kind as unknown as ConnectorKind;
