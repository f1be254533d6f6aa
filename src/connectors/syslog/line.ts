import { isUtf8 } from 'node:buffer';
import type { QueuedLine } from '../line-queue.ts';

const MAPPED_IPV4 = '::ffff:';

/** Bytes that are not valid UTF-8 are kept beside their readable form. */
export function lineOf(frame: Buffer, peer: string | undefined): QueuedLine {
  const address = peer ?? '';
  return {
    text: frame.toString('utf8'),
    bytes: isUtf8(frame) ? null : Buffer.from(frame),
    peer: address.startsWith(MAPPED_IPV4) ? address.slice(MAPPED_IPV4.length) : address,
  };
}
