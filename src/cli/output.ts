// Writes to a stream that may be slow, or closed by a reader that has seen enough (`| head`).
import type { Writable } from 'node:stream';

/** Resolves when the stream has room again; rejects with the stream's error. */
export function write(output: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Whether the reader of our output went away, which is its right. */
export function isClosedPipe(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
