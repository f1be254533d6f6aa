#!/usr/bin/env node
// Speaks like `journalctl --output=json --follow`: prints the entries of a file after the cursor that it is given, then
// what is appended to it.
import { readFileSync, watchFile } from 'node:fs';

const option = (name) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const file = option('file');
const entries = () => readFileSync(file, 'utf8').split('\n').filter(Boolean);
const after = option('after-cursor');
let at = process.argv.includes('--lines=0') ? entries().length : 0;
if (after !== undefined) at = entries().findIndex((line) => JSON.parse(line).__CURSOR === after) + 1;
const print = () => {
  for (const line of entries().slice(at)) {
    process.stdout.write(`${line}\n`);
    at++;
  }
};
print();
watchFile(file, { interval: 20 }, print);
