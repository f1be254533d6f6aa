// A post in a sender's own protocol: which source it belongs to, whether it may, and what it is answered.
import type { Delivery, Reply } from '../domain/delivery.ts';
import { CallerError, ForbiddenError, NotFoundError, UnauthenticatedError } from '../domain/errors.ts';
import type { Gate } from '../pipeline/gate.ts';
import { findSource, findSourceBySecret, hasSecrets, type SourceRow } from '../store/sources.ts';
import type { Store } from '../store/store.ts';
import { ensureTenant } from '../store/tenants.ts';
import type { ConnectorKind, Receiver } from './contract.ts';
import type { Intake, SourceRef } from './intake.ts';
import { hashSecret, readConfig } from './upsert-source.ts';

interface Services {
  readonly store: Store;
  readonly kinds: readonly ConnectorKind[];
  readonly intakeOf: (kind: ConnectorKind, ref: SourceRef) => Intake;
  /** Bounds the bodies that wait, be it only for the database to say whose they are. */
  readonly gate: Gate;
}

export async function deliver(
  services: Services,
  delivery: Delivery,
  isOwnPage: boolean,
): Promise<Reply | null> {
  const kind = services.kinds.find((k) => k.receiver?.accepts(delivery.method, delivery.path));
  const receiver = kind?.receiver;
  if (kind === undefined || receiver === undefined) return null;
  try {
    return await services.gate.pass(delivery.body.length, async () => {
      const { ref, row } = await sourceOf(services.store, kind, receiver, delivery, isOwnPage);
      const config = readConfig(kind, row?.config ?? {});
      return receiver.receive(delivery, config, services.intakeOf(kind, ref));
    });
  } catch (error) {
    if (error instanceof CallerError) return receiver.refuse(error);
    throw error;
  }
}

/**
 * By its secret; else by its name, or the kind's own name, in the tenant that the request names. A secret that is not
 * known goes unheeded only as long as no source of the kind has one: many senders cannot be configured without.
 */
async function sourceOf(
  store: Store,
  kind: ConnectorKind,
  receiver: Receiver<unknown>,
  delivery: Delivery,
  isOwnPage: boolean,
): Promise<{ ref: SourceRef; row: SourceRow | null }> {
  const secret = receiver.secretOf(delivery);
  const named = receiver.sourceName(delivery.path);
  if (secret !== null) {
    const row = await findSourceBySecret(store, kind.kind, hashSecret(secret));
    if (row !== null && (named === null || named === row.name)) return { ref: enabled(row), row };
    if (await hasSecrets(store, kind.kind)) throw unknownSecret(kind);
  }
  if (!isOwnPage) throw foreignPage();
  const tenantId = await ensureTenant(store, delivery.tenantSlug);
  const name = named ?? kind.kind;
  const row = await findSource(store, tenantId, name);
  if (row === null && named !== null) throw unknownSource(name);
  if (row !== null && row.connector !== kind.kind) throw otherConnector(row);
  if (row?.secretHash != null) throw missingSecret(row);
  return { ref: row === null ? { tenantId, tenantSlug: delivery.tenantSlug, name } : enabled(row), row };
}

function enabled(row: SourceRow): SourceRow {
  if (row.enabled) return row;
  throw new ForbiddenError(
    `The source "${row.name}" is disabled. Enable it with the mutation "upsertSource".`,
  );
}

const unknownSecret = (kind: ConnectorKind) =>
  new UnauthenticatedError(
    `No source of "${kind.kind}" has this secret. Compare it with what "upsertSource" was given.`,
  );

const missingSecret = (row: SourceRow) =>
  new UnauthenticatedError(`The source "${row.name}" has a secret: its senders must present it.`);

const foreignPage = () =>
  new ForbiddenError(
    'Without a secret only requests to localhost or an IP address may come in, and none from pages of other sites.',
  );

const unknownSource = (name: string) =>
  new NotFoundError(`There is no source "${name}". Make it with the mutation "upsertSource".`);

const otherConnector = (row: SourceRow) =>
  new NotFoundError(`The source "${row.name}" belongs to the connector "${row.connector}".`);
