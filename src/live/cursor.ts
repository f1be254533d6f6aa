// Where a subscriber stands: the sequence of the last item it got, opaque to clients.
import { ValidationError } from '../domain/errors.ts';

const FORM = /^change:(\d{1,19})$/;

export const encodeCursor = (seq: string | bigint): string =>
  Buffer.from(`change:${seq}`, 'utf8').toString('base64url');

/** Throws ValidationError where `cursor` was never handed out. */
export function decodeCursor(cursor: string): bigint {
  const seq = FORM.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1];
  if (seq !== undefined && BigInt(seq) < 2n ** 63n) return BigInt(seq);
  throw new ValidationError(
    '`after` is no cursor of this server. Pass the `cursor` of the last change that you received, or leave it out to begin now.',
    ['after'],
  );
}
