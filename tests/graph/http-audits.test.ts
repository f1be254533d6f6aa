import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/http.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('GraphQL over HTTP', () => {
  for (const audit of serverAudits({ url: () => server.graphql, fetchFn: fetch })) {
    it(audit.name, async () => {
      const result = await audit.fn();
      const reason = 'reason' in result ? result.reason : null;
      expect([result.status, reason]).toEqual(['ok', null]);
    });
  }
});
