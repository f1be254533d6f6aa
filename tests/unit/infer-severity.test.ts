import { describe, expect, it } from 'vitest';
import { Severity, severityName } from '../../src/domain/severity.ts';
import { inferSeverity } from '../../src/parse/severity.ts';
import { hashWord, listedWords, TELLING_WORDS } from '../../src/parse/severity-words.ts';

const nameOf = (message: string): string | null => {
  const severity = inferSeverity(message);
  return severity === null ? null : severityName(severity);
};

function expectAll(expected: string | null, messages: readonly string[]): void {
  expect(messages.map((message) => [nameOf(message), message])).toEqual(
    messages.map((message) => [expected, message]),
  );
}

describe('a severity inferred from the words of a message', () => {
  it('is CRITICAL for what ends the system or the process', () => {
    expectAll('CRITICAL', [
      'Kernel panic - not syncing: VFS: Unable to mount root fs',
      'Out of memory: Killed process 1234 (java)',
      'fatal: Write failed: Connection reset by peer [preauth]',
      'critical temperature reached',
    ]);
  });

  it('is ERROR for failures, refusals, timeouts and exceptions', () => {
    expectAll('ERROR', [
      'Failed password for root from 192.0.2.1 port 34100 ssh2',
      'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7',
      'connect to 192.0.2.9 failed: Connection refused',
      'connection timed out',
      'upstream timeout after 30 s',
      'java.lang.NullPointerException: Cannot read the field',
      'Traceback (most recent call last):',
      'Permission denied',
      'No space left on device',
      'no route to host',
      'server is not responding',
      'NIC Link is Down',
      'Interface Gi0/1, changed state to down',
      'Main process exited, code=exited, status=1/FAILURE',
      'exited with status 137',
      'could not be resolved',
      'error 0x80070005',
      'CPU 0 error',
      'disk 0 failed',
      '2 succeeded, 1 failed',
      'backup completed with errors',
      'error: none of the servers responded',
      'POSSIBLE BREAK-IN ATTEMPT!',
      'AUTH_FAILURE',
      'no errors at first, but the upload failed',
      'no error was expected but it failed',
    ]);
  });

  it('is WARNING for what is odd, slow, tried again or not so good as expected', () => {
    expectAll('WARNING', [
      'Invalid user admin from 192.0.2.1',
      'pam_unix(sshd:auth): check pass; user unknown',
      'Did not receive identification string from 192.0.2.1',
      'warning: cannot get the address: Connection reset by peer',
      'retrying in 5 s',
      'slow query: 3.2 s',
      'option --foo is deprecated',
      'file not found',
      'login success=false',
      'Connection reset by peer',
    ]);
  });

  it('is INFO for what went well', () => {
    expectAll('INFO', [
      'Accepted password for deploy from 192.0.2.1 port 49116 ssh2',
      'pam_unix(sshd:session): session opened for user deploy by (uid=0)',
      'Received disconnect from 192.0.2.1: 11: Bye Bye [preauth]',
      'Connection closed by 192.0.2.1 [preauth]',
      'NIC Link is Up 1000 Mbps Full Duplex',
      'Started Daily apt download activities.',
      'exited with status 0',
      'info: retry failed',
    ]);
  });

  it('follows the outcome where a word of failure is undone', () => {
    expectAll('INFO', [
      '0 errors',
      'finished with 0 errors, 0 warnings',
      '12 passed, 0 failed',
      'no error',
      'no errors found',
      'No fatal errors or failures were found',
      'completed without errors',
      'ok=5 changed=2 unreachable=0 failed=0',
      'errors: 0',
      'error=none',
      'err=<nil>',
      'error="" took=3',
      'recovered from error',
      'connected after 2 failed attempts',
      'retry 2 succeeded',
      'link restored',
      'fault alarm cleared',
    ]);
  });

  it('does not read words within names, paths, keys or settings', () => {
    expectAll(null, [
      'error-free',
      'fail2ban',
      'writing /var/log/error.log',
      'GET /error HTTP/1.1',
      'at app.handleError(x.js)',
      'failover to node-2',
      'negotiated timeout 20000',
      'idle timeout=30',
      'shutting down',
      'scale down to 3',
    ]);
  });

  it('is null without a telling word, for nothing and for other alphabets', () => {
    expectAll(null, ['', ' ', '42', 'hello world', 'größer', '\u0000\ud800', '???']);
  });

  it('does not depend on letter case', () => {
    expect(inferSeverity('CONNECTION REFUSED')).toBe(inferSeverity('connection refused'));
    expect(inferSeverity('Warning: x')).toBe(Severity.WARNING);
  });
});

describe('the table of telling words', () => {
  it('lists no word twice and has no two words with one hash', () => {
    const words = listedWords();
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([]);
    expect(new Set(words.map(hashWord)).size).toBe(words.length);
    for (const word of words) expect(TELLING_WORDS.get(hashWord(word))?.word).toBe(word);
  });
});
