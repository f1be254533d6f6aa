import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.ts';

function logged(isTTY: boolean, level = 'info'): string {
  let text = '';
  const stream = {
    isTTY,
    write: (part: string) => {
      text += part;
    },
  };
  const logger = createLogger(level, stream);
  logger.info({ address: 'http://127.0.0.1:4000' }, 'listening');
  logger.warn({ err: new Error('the cause') }, 'something failed');
  return text;
}

describe('the log', () => {
  it('is JSON lines for machines', () => {
    const [first, second] = logged(false)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ level: 30, msg: 'listening', address: 'http://127.0.0.1:4000' });
    expect(first?.time).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(second).toMatchObject({ level: 40, err: { message: 'the cause' } });
  });

  it('is a short line for a person at a terminal', () => {
    const [first, second, third] = logged(true).split('\n');
    expect(first).toMatch(/^\d\d:\d\d:\d\d info {2}listening address=http:\/\/127\.0\.0\.1:4000$/);
    expect(second).toMatch(/warn {2}something failed/);
    expect(third).toContain('Error: the cause');
  });

  it('keeps what is below its level to itself', () => {
    expect(logged(false, 'error')).toBe('');
  });
});
