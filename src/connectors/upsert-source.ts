// Configures a source: which connector, how it runs, and the secret that its senders present or that we present.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { and, eq, ne, or, sql } from 'drizzle-orm';
import { ConflictError, ValidationError } from '../domain/errors.ts';
import { optionalJsonObject, requiredText } from '../review/checked-text.ts';
import { inTransaction } from '../review/verb-steps.ts';
import type { WriteTx } from '../store/store.ts';
import { source } from '../store/tables/source.ts';
import type { VerbContext } from '../store/verb.ts';
import type { ConnectorKind } from './contract.ts';

/** Found by its name; what is left out or null stays. */
export interface UpsertSourceInput {
  readonly name: string;
  readonly connector: string;
  readonly config?: unknown;
  /** '' takes the secret away. */
  readonly secret?: string | null | undefined;
  /** What we present to the other side; '' takes it away. */
  readonly credential?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
}

export interface SourceUpserted {
  readonly sourceId: string;
  readonly created: boolean;
}

const MIN_SECRET_CHARS = 16;
const MAX_SECRET_CHARS = 4_096;

export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Throws ValidationError; ConflictError where the name belongs to another connector, or the secret to another source. */
export async function upsertSource(
  ctx: VerbContext,
  kinds: readonly ConnectorKind[],
  input: UpsertSourceInput,
): Promise<SourceUpserted> {
  const name = requiredText('name', input.name);
  const kind = kindOf(kinds, input.connector);
  const given = optionalJsonObject('config', input.config);
  if (given !== null) readConfig(kind, given);
  const secrets = {
    ...secretColumns(kind, input.secret ?? null),
    ...credentialColumn(kind, input.credential ?? null),
  };
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const [known] = await tx
      .select()
      .from(source)
      .where(and(eq(source.tenantId, tenantId), eq(source.name, name)))
      .for('update');
    if (known !== undefined && known.connector !== kind.kind) throw takenName(name, known.connector);
    const config = given ?? known?.config ?? {};
    readConfig(kind, config);
    await refuseTakenSecret(tx, kind, { tenantId, name }, secrets.secretHash);
    const changes = { ...secrets, config, ...(input.enabled == null ? {} : { enabled: input.enabled }) };
    const [row] = await tx
      .insert(source)
      .values({ tenantId, name, connector: kind.kind, ...changes })
      .onConflictDoUpdate({
        target: [source.tenantId, source.name],
        set: {
          ...changes,
          revision:
            known !== undefined && isAsBefore(known, changes) ? known.revision : sql`${source.revision} + 1`,
        },
      })
      .returning({ sourceId: source.sourceId });
    return { sourceId: row!.sourceId, created: known === undefined };
  });
}

/** Then what runs goes on undisturbed. */
const isAsBefore = (
  known: typeof source.$inferSelect,
  changes: Partial<typeof source.$inferSelect>,
): boolean => isDeepStrictEqual({ ...known, ...changes }, known);

export function kindOf(kinds: readonly ConnectorKind[], name: string): ConnectorKind {
  const kind = kinds.find((k) => k.kind === name);
  if (kind !== undefined) return kind;
  throw new ValidationError(
    `There is no connector "${name.slice(0, 60)}"; known are: ${kinds.map((k) => k.kind).join(', ')}.`,
    ['input', 'connector'],
  );
}

/** Throws ValidationError where there is no such connector, or it maps no payloads. */
export function alertKind(kinds: readonly ConnectorKind[], name: string): ConnectorKind {
  return kindOf(
    kinds.filter((kind) => kind.map !== undefined),
    name,
  );
}

/** Throws ValidationError that names the field. */
export function readConfig(kind: ConnectorKind, config: unknown): unknown {
  const read = kind.config.safeParse(config);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  const field = path.length === 0 ? '' : `"${path.join('.')}" `;
  throw new ValidationError(`The configuration of a "${kind.kind}" source: ${field}${message}.`, [
    'input',
    'config',
    ...path.map(String),
  ]);
}

type SecretColumns = { secretHash?: string | null; credential?: string | null };

function credentialColumn(kind: ConnectorKind, credential: string | null): SecretColumns {
  if (credential === null) return {};
  const path = ['input', 'credential'];
  if (kind.hasCredential !== true)
    throw new ValidationError(`A source of "${kind.kind}" presents nothing to anybody: leave it out.`, path);
  refuseUnstorable('credential', credential);
  return { credential: credential === '' ? null : credential };
}

function refuseUnstorable(name: string, secret: string): void {
  if (secret.length > MAX_SECRET_CHARS || secret.includes('\u0000'))
    throw new ValidationError(`"${name}" needs at most ${MAX_SECRET_CHARS} ordinary characters.`, [
      'input',
      name,
    ]);
}

function secretColumns(kind: ConnectorKind, secret: string | null): SecretColumns {
  if (secret === null) return {};
  const path = ['input', 'secret'];
  if (kind.secret === 'none')
    throw new ValidationError(`The protocol of "${kind.kind}" carries no secret: leave it out.`, path);
  if (secret === '') return { secretHash: null };
  refuseUnstorable('secret', secret);
  if (secret.length < MIN_SECRET_CHARS)
    throw new ValidationError(
      `"secret" needs at least ${MIN_SECRET_CHARS} characters: it alone lets in.`,
      path,
    );
  return { secretHash: hashSecret(secret) };
}

/** A secret finds its source, across tenants: two sources of a kind may not share one. */
async function refuseTakenSecret(
  tx: WriteTx,
  kind: ConnectorKind,
  own: { readonly tenantId: number; readonly name: string },
  secretHash: string | null | undefined,
): Promise<void> {
  if (secretHash == null) return;
  const [taken] = await tx
    .select({ name: source.name })
    .from(source)
    .where(
      and(
        eq(source.connector, kind.kind),
        eq(source.secretHash, secretHash),
        or(ne(source.tenantId, own.tenantId), ne(source.name, own.name)),
      ),
    )
    .limit(1);
  if (taken !== undefined)
    throw new ConflictError('This secret is in use by another source. Choose a new one.', [
      'input',
      'secret',
    ]);
}

const takenName = (name: string, connector: string): ConflictError =>
  new ConflictError(`The source "${name}" belongs to the connector "${connector}". Choose another name.`, [
    'input',
    'name',
  ]);
