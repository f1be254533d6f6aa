// What exactly is asked: whichever way the question came, it becomes a text, a place and the signatures that hold it.
import type postgres from 'postgres';
import type { Clock, Micros } from '../../domain/time.ts';

/** Why a message of other words is of a family: the place in which it differs is known to vary, or shows it now. */
export type Belonging =
  | { readonly by: 'VARYING_PLACE' }
  | { readonly by: 'NAME'; readonly name: string }
  | { readonly by: 'VALUE' };

export interface Question {
  readonly about: 'message' | 'event' | 'signature' | 'candidate';
  /** The message without its header; null where the question named signatures. */
  readonly message: string | null;
  /** What similar signatures are compared with; null as `message`. */
  readonly pattern: string | null;
  /** Named in the question or in the line's header. */
  readonly service: string | null;
  /** Named in the question itself: then only that service is meant. */
  readonly serviceNamed: boolean;
  readonly host: string | null;
  /** Named in the question itself: then the host's own silence matters. */
  readonly hostNamed: boolean;
  /** What identifies things in it: addresses, users, paths, names; not what differs from time to time. */
  readonly values: readonly string[];
  /** Words of the question that name a service or a host, in lower case. */
  readonly placeWords: readonly string[];
  /** The signatures that hold it exactly, merged ones led to where they went. */
  readonly signatureIds: readonly string[];
  /** Why it is of its signature though its form was never stored; null: its form is, or it is of none. */
  readonly belonging: Belonging | null;
  /** The time of the asked event, which is past the retention; null: it is not. */
  readonly expiredUs: Micros | null;
  readonly candidateId: string | null;
}

export interface Asker {
  readonly read: postgres.Sql;
  readonly tenantId: number;
  readonly clock: Clock;
}

export const NOTHING_NAMED = {
  message: null,
  pattern: null,
  service: null,
  serviceNamed: false,
  host: null,
  hostNamed: false,
  values: [],
  placeWords: [],
  belonging: null,
  expiredUs: null,
  candidateId: null,
} as const;
