// A process that takes a lock again and again: `node lock-taker.mjs <lock.js> <lock directory> <rounds>`. Inside
// it keeps a file with its pid; finding the file of a living process there, it ends with code 3.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [lockModule, directory, rounds] = process.argv.slice(2);
const { withLock } = await import(pathToFileURL(lockModule).href);
const inside = join(directory, 'inside');

const isRunning = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

for (let round = 1; round <= Number(rounds); round += 1) {
  await withLock(directory, async () => {
    if (existsSync(inside) && isRunning(Number(readFileSync(inside, 'utf8')))) process.exit(3);
    writeFileSync(inside, String(process.pid));
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    rmSync(inside);
  });
  console.log(round);
}
