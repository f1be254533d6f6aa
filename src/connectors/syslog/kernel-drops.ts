// How many datagrams the kernel threw away because a socket's receive buffer was full: Linux counts them per socket in
// /proc/net/udp and udp6 (proc(5)); elsewhere nobody tells.
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';

const WORD_BYTES = 4;

/** Since the socket was opened; null: not known here. */
export async function kernelDrops({ address, port, family }: AddressInfo): Promise<number | null> {
  const path = family === 'IPv6' ? '/proc/net/udp6' : '/proc/net/udp';
  const table = await readFile(path, 'latin1').catch(() => null);
  return table === null ? null : dropsIn(table, address, port);
}

/** null: the table has no such socket. */
export function dropsIn(table: string, address: string, port: number): number | null {
  const bytes = address.includes(':') ? bytesOfV6(address) : bytesOfV4(address);
  const local = `${wordsOf(bytes)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[1] === local) return Number(columns.at(-1));
  }
  return null;
}

/** Words of 32 bits in the machine's order, which is little-endian wherever Node runs. */
const wordsOf = (address: Buffer): string =>
  Array.from({ length: address.length / WORD_BYTES }, (_, word) =>
    Buffer.from(address.subarray(word * WORD_BYTES, (word + 1) * WORD_BYTES))
      .reverse()
      .toString('hex')
      .toUpperCase(),
  ).join('');

const bytesOfV4 = (address: string): Buffer => Buffer.from(address.split('.').map(Number));

function bytesOfV6(address: string): Buffer {
  const [head = '', tail = ''] = address.split('%')[0]!.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [front, back] = [groups(head), groups(tail)];
  const bytes = Buffer.alloc(16);
  front.forEach((group, i) => {
    bytes.writeUInt16BE(group, i * 2);
  });
  back.forEach((group, i) => {
    bytes.writeUInt16BE(group, bytes.length - (back.length - i) * 2);
  });
  return bytes;
}
