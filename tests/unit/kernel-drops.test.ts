import { expect, it } from 'vitest';
import { dropsIn } from '../../src/connectors/syslog/kernel-drops.ts';

const UDP = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 2757: 0100007F:B287 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 290397 2 000000009e2433d4 19744
 2758: 00000000:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 290398 2 000000009e2433d5 3
`;
const UDP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  101: 00000000000000000000000001000000:0202 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 7
  102: B80D0120000000000000000001000000:0203 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 9
`;

it.each([
  [UDP, '127.0.0.1', 0xb287, 19_744],
  [UDP, '0.0.0.0', 514, 3],
  [UDP, '192.0.2.1', 514, null],
  [UDP6, '::1', 514, 7],
  [UDP6, '2001:db8::1', 515, 9],
  [UDP6, '::', 514, null],
])('%#: %s', (table, address, port, drops) => {
  expect(dropsIn(table, address, port)).toBe(drops);
});
