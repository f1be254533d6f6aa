// A process that takes a lock again and again: `node lock-taker.mjs <lock.js> <lock directory> <rounds>`, or, with
// 0 rounds, takes it once, prints a line and stays inside. Whoever is inside listens on a socket, which ends with
// its process whatever the lock believes; who can connect to another's ends with code 3.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [lockModule, directory, rounds] = process.argv.slice(2);
const { withLock } = await import(pathToFileURL(lockModule).href);
const socket = join(directory, 'inside');

const isAnotherInside = () =>
  new Promise((resolve) => {
    const client = connect(socket);
    client.once('connect', () => resolve(true));
    client.once('error', () => resolve(false));
  });

async function inside(work) {
  if (await isAnotherInside()) process.exit(3);
  rmSync(socket, { force: true });
  const server = createServer().listen(socket);
  await once(server, 'listening');
  await work();
  server.close();
}

const stay = () => {
  console.log('inside');
  return new Promise(() => {});
};

if (Number(rounds) === 0) await withLock(directory, () => inside(stay));
for (let round = 1; round <= Number(rounds); round += 1) {
  await withLock(directory, () => inside(() => new Promise((resolve) => setImmediate(resolve))));
}
process.exit(0);
