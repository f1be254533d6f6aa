import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLES } from '../../src/http/examples.ts';
import { startChromium, type TestBrowser } from '../support/chromium.ts';
import { startTestServer, type TestServer } from '../support/http.ts';

let server: TestServer;
let chromium: TestBrowser;

beforeAll(async () => {
  server = await startTestServer();
  chromium = await startChromium();
}, 120_000);

afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

interface Visit {
  readonly page: Page;
  readonly requested: string[];
  /** Paths of what has come whole. */
  readonly fetched: string[];
  readonly complaints: string[];
}

async function visit(path: string): Promise<Visit> {
  const context = await chromium.browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const requested: string[] = [];
  const fetched: string[] = [];
  const complaints: string[] = [];
  page.on('requestfinished', (request) => fetched.push(new URL(request.url()).pathname));
  page.on('request', (request) => requested.push(request.url()));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${server.url}${path}`);
  await page.locator('.graphiql-tab').first().waitFor();
  return { page, requested, fetched, complaints };
}

describe('GraphiQL in a browser', { timeout: 120_000 }, () => {
  it('renders with an example in every tab, runs a query, and asks nobody but this server', async () => {
    const { page, requested, complaints } = await visit('/');
    expect(await page.locator('.graphiql-tab').count()).toBe(EXAMPLES.length);
    await page.locator('.graphiql-query-editor').getByText('ingestLines').first().waitFor();
    await page.locator('.graphiql-editor-tool').getByText('sourceType').first().waitFor();

    await page.mouse.click(300, 200);
    await page.keyboard.press('Control+A');
    // The editor adds the closing brace.
    await page.keyboard.insertText('{ echo(text: "greetings") ');
    await page.locator('.graphiql-execute-button').click();
    await page.locator('.graphiql-response').getByText('"greetings"').first().waitFor();

    const foreign = requested.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(server.url));
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('is a small page whose parts a browser keeps', async () => {
    const html = await (await fetch(server.graphql, { headers: { accept: 'text/html' } })).text();
    expect(html.length).toBeLessThan(2_000);
    const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) {
      const asset = await fetch(`${server.url}${path}`, { headers: { 'accept-encoding': 'br' } });
      expect(asset.status).toBe(200);
      expect(asset.headers.get('cache-control')).toContain('immutable');
      expect(asset.headers.get('content-encoding')).toBe('br');
    }
  });

  it('keeps its tabs and fetches none of its parts again on a second visit', async () => {
    const { page, fetched } = await visit('/graphql');
    // Its editors' workers come when they like: what had not come at the reload is fetched after it, and not again.
    const before = new Set(fetched);
    await page.reload();
    await page.locator('.graphiql-tab').first().waitFor();
    expect(await page.locator('.graphiql-tab').count()).toBe(EXAMPLES.length);
    const transferred = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((entry) => (entry as unknown as { transferSize: number }).transferSize > 0)
        .map((entry) => new URL(entry.name).pathname),
    );
    expect(before.size).toBeGreaterThan(3);
    expect(transferred.filter((path) => path !== '/graphql' && before.has(path))).toEqual([]);
    await page.context().close();
  });
});
