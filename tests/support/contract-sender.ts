// What a sender of the contract's tests is, whatever its protocol.
import type { TestMnemograph } from './server.ts';
import { until } from './until.ts';

export interface Told {
  /** Unique: what a protocol needs an id for has it from here. */
  readonly id: number;
  /** RFC 3339, whole seconds. */
  readonly at: string;
  readonly host: string;
  readonly message: string;
  /** A word of the sender's own, to be found in the structured fields. */
  readonly word: string;
}

export interface Context {
  readonly server: TestMnemograph;
  readonly tenant: string;
}

export interface Sender {
  readonly config: object;
  readonly credential?: string;
  /** The HTTP status, where the protocol has an answer. */
  send(told: readonly Told[], secret?: string): Promise<number | null>;
  close?(): Promise<void>;
}

export interface SenderKind {
  /** Whether the same sent again is known to be the same. */
  readonly isResendKnown: boolean;
  /** What no sender of the kind can have stored; default: a time days ahead of the server. */
  readonly refused?: Partial<Told>;
  open(context: Context): Promise<Sender>;
}

export const json = JSON.stringify;
export const lines = (values: readonly unknown[]) => values.map((value) => `${json(value)}\n`).join('');
export const secondsOf = ({ at }: Told) => Date.parse(at) / 1_000;

/** Resolves when a source that runs does so, or at once for one that is only posted to. */
export async function running({ server, tenant }: Context, name: string, hasRun: boolean): Promise<void> {
  if (!hasRun) return;
  const { tenantId } = await server.runtime.callerFor(tenant);
  await until(`${name} runs`, () => server.sources.addressOf(tenantId, name));
}
