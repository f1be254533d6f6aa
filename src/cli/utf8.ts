// The bytes of a file or stream as UTF-8: what they are in is told by the first of them, not by a name.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ValidationError } from '../domain/errors.ts';

interface Form {
  readonly firstBytes: readonly number[];
  open(bytes: AsyncIterable<Buffer>, name: string): AsyncIterable<Buffer>;
}

/** As magic numbers of files, and the byte order marks of Unicode. */
const FORMS: readonly Form[] = [
  { firstBytes: [0x1f, 0x8b], open: unpacked },
  { firstBytes: [0xff, 0xfe], open: (bytes) => decoded(bytes, 'utf-16le') },
  { firstBytes: [0xfe, 0xff], open: (bytes) => decoded(bytes, 'utf-16be') },
  { firstBytes: [0x42, 0x5a, 0x68], open: (_, name) => refused(name, 'bzip2', 'bzip2 -dc') },
  { firstBytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], open: (_, name) => refused(name, 'xz', 'xz -dc') },
  { firstBytes: [0x28, 0xb5, 0x2f, 0xfd], open: (_, name) => refused(name, 'zstd', 'zstd -dc') },
  { firstBytes: [0x50, 0x4b, 0x03, 0x04], open: (_, name) => refused(name, 'zip', 'unzip -p') },
];
const HEAD_BYTES = Math.max(...FORMS.map(({ firstBytes }) => firstBytes.length));
const UNPACKED_BYTES = 1 << 18;

/**
 * Unpacks gzip and decodes UTF-16, as Windows writes it; anything else is handed on as it is. `name`: '-' is standard
 * input. The stream fails with ValidationError where the bytes are packed otherwise, with zlib's error where the gzip
 * is not whole.
 */
export function asUtf8(raw: Readable, name: string): Readable {
  return Readable.from(opened(raw, name), { objectMode: false });
}

async function* opened(raw: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const chunks = raw[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  for (let length = 0; length < HEAD_BYTES; ) {
    const next = await chunks.next();
    if (next.done === true) break;
    head.push(next.value);
    length += next.value.length;
  }
  const first = head.length > 1 ? Buffer.concat(head) : (head[0] ?? Buffer.alloc(0));
  const form = FORMS.find(({ firstBytes }) => firstBytes.every((byte, i) => first[i] === byte));
  const whole = joined(first, chunks);
  yield* form === undefined ? whole : form.open(whole, name);
}

async function* joined(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** What was packed may be in UTF-16. */
async function* unpacked(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: UNPACKED_BYTES });
  // Its error is that of the iteration.
  pipeline(bytes, gunzip).catch(() => {});
  yield* opened(gunzip, name);
}

async function* decoded(bytes: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

// biome-ignore lint/correctness/useYield: it fails before it has anything to yield.
async function* refused(name: string, packing: string, unpacker: string): AsyncGenerator<Buffer> {
  throw new ValidationError(
    name === '-'
      ? `Standard input is packed by ${packing}, which is not read here. Unpack it on the way: … | ${unpacker} | mnemograph …`
      : `${name} is packed by ${packing}, which is not read here. Unpack it on the way: ${unpacker} ${name} | mnemograph … -`,
  );
}
