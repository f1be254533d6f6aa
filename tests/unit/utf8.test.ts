// What a log is packed or written in is told by its first bytes.
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asUtf8 } from '../../src/cli/utf8.ts';

const TEXT = 'Dienst gestartet: Größe 12 MB\r\nпамять кончилась 🔥\nlast line';
const LE = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(TEXT, 'utf16le')]);
const BE = Buffer.from(LE).swap16();

/** `bytes` in chunks of `size`, as a stream reads them. */
const inChunks = (bytes: Buffer, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
    { objectMode: false },
  );

async function read(bytes: Buffer, size = 7, name = 'app.log'): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of asUtf8(inChunks(bytes, size), name)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a log', () => {
  it.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-16 as PowerShell writes it', LE],
    ['UTF-16, the other way round', BE],
    ['gzip', gzipSync(TEXT)],
    [
      'two gzips in one, as of appended logs',
      Buffer.concat([gzipSync(TEXT.slice(0, 20)), gzipSync(TEXT.slice(20))]),
    ],
    ['UTF-16 in gzip', gzipSync(LE)],
  ])('in %s is read as UTF-8, in chunks of any size', async (_, bytes) => {
    for (const size of [1, 2, 3, 7, 1_000]) expect((await read(bytes, size)).toString()).toBe(TEXT);
  });

  it.each([
    ['bzip2', 'BZh91AY'],
    ['xz', '\xfd7zXZ\x00'],
    ['zstd', '\x28\xb5\x2f\xfd'],
    ['zip', 'PK\x03\x04'],
  ])('packed by %s is refused with what to do', async (packing, head) => {
    const bytes = Buffer.from(head, 'latin1');
    await expect(read(bytes, 1)).rejects.toThrow(
      new RegExp(`app\\.log is packed by ${packing}.* app\\.log \\| mnemograph`),
    );
    await expect(read(bytes, 1, '-')).rejects.toThrow(`Standard input is packed by ${packing}`);
  });

  it('whose gzip ends too early fails', async () => {
    const packed = gzipSync(TEXT);
    await expect(read(packed.subarray(0, packed.length - 12))).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
  });

  it('of any other bytes is handed on as it is', async () => {
    const packed = /^(\x1f\x8b|\xff\xfe|\xfe\xff|BZh|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|PK\x03\x04)/;
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (array, size) => {
          const bytes = Buffer.from(array);
          fc.pre(!packed.test(bytes.toString('latin1')));
          expect((await read(bytes, size)).equals(bytes)).toBe(true);
        },
      ),
    );
  });
});
