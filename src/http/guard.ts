// Keeps other web sites out of a server that trusts whoever reaches it. A page elsewhere can send requests here
// (its Origin tells) or point its own name at this address (DNS rebinding: the Host header tells).
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Refusal } from './replies.ts';

/** null: the request may pass. `allowedHosts` are lower-case names besides localhost and IP addresses. */
export function refuseForeign(req: IncomingMessage, allowedHosts: readonly string[]): Refusal | null {
  const host = parseAuthority(req.headers.host);
  if (host === null || !isTrustedName(host.hostname, allowedHosts))
    return forbidden(
      `The host ${JSON.stringify(req.headers.host ?? '')} is not one of this server's names. Use localhost or an IP address, or add the name to MNEMOGRAPH_ALLOWED_HOSTS.`,
    );
  const { origin } = req.headers;
  if (origin !== undefined && !isOwnOrigin(origin, host.host, allowedHosts))
    return forbidden(`Pages of ${JSON.stringify(origin)} may not use this server: only its own may.`);
  if (origin === undefined && isForeignFetch(req))
    return forbidden('Pages of other sites may not use this server: only its own may.');
  return null;
}

function parseAuthority(authority: string | undefined): URL | null {
  if (authority === undefined || /[/?#@\\\s]/.test(authority)) return null;
  return URL.canParse(`http://${authority}`) ? new URL(`http://${authority}`) : null;
}

// A rebound name is always a name: whoever asks by address means this machine.
function isTrustedName(hostname: string, allowedHosts: readonly string[]): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return (
    isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || allowedHosts.includes(name)
  );
}

function isOwnOrigin(origin: string, host: string, allowedHosts: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  return url.host === host || allowedHosts.includes(url.hostname);
}

/** Browsers say where a request comes from; following a link to this server is fine. */
function isForeignFetch(req: IncomingMessage): boolean {
  const site = req.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !(req.method === 'GET' && req.headers['sec-fetch-mode'] === 'navigate');
}

const forbidden = (message: string): Refusal => ({ status: 403, code: 'FORBIDDEN', message });
