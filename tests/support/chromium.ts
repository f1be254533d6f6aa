// A real Chromium from the npm registry alone, unpacked for one run into a directory that is this user's own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as launcher } from 'playwright-core';

/** Made for serverless hosts: they would switch off what a test is about, or die with the first page. */
const LAX = /^--(single-process|disable-web-security|allow-running-insecure-content|headless)/;

export interface TestBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

export async function startChromium(): Promise<TestBrowser> {
  const directory = await mkdtemp(join(tmpdir(), 'mnemograph-chromium-'));
  const executablePath = await unpackInto(directory);
  const args = chromium.args.filter((arg) => !LAX.test(arg));
  const browser = await launcher.launch({ executablePath, args, headless: true });
  return {
    browser,
    async close() {
      await browser.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

// The package unpacks into the temporary directory, and takes what another user left there for its own.
async function unpackInto(directory: string): Promise<string> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = directory;
  try {
    return await chromium.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
