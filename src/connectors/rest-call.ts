// One call of another side's REST API: JSON there and back, its limits kept to, its refusals told in words.
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { UnauthenticatedError, UnavailableError, ValidationError } from '../domain/errors.ts';

const MAX_TRIES = 6;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 60_000;
const TIMEOUT_MS = 60_000;

export interface RestCall {
  /** Whose API it is, for messages. */
  readonly whose: string;
  readonly url: URL;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Asked again for every try: some are signed with the time. */
  readonly headers: () => Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/**
 * The answer's JSON. A busy side (429, 5xx) is asked again when it says, else ever more seldom. Throws
 * UnauthenticatedError, UnavailableError or ValidationError in words.
 */
export async function callRest(call: RestCall): Promise<unknown> {
  const { whose, url, method = 'GET', headers, body, signal } = call;
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, {
      method,
      headers: headers(),
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    }).catch((error: Error) => {
      throw new UnavailableError(`${whose} at ${url.origin} does not answer: ${reasonOf(error)}.`);
    });
    if (response.ok) return response.json();
    const text = (await response.text()).replace(/\s+/g, ' ').slice(0, 200);
    const { status } = response;
    if (status === 401 || status === 403)
      throw new UnauthenticatedError(`${whose} refuses the credential (${status}): ${text}`);
    if (status !== 429 && status < 500) throw new ValidationError(`${whose} answers ${status}: ${text}`);
    if (tries === MAX_TRIES)
      throw new UnavailableError(`${whose} answers ${status}, ${MAX_TRIES} times in a row: ${text}`);
    await delay(waitMs(response.headers, tries), undefined, { signal });
  }
}

/** Throws ValidationError that names the member of the answer. */
export function readAnswer<T>(whose: string, schema: z.ZodType<T>, answer: unknown): T {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  throw new ValidationError(`${whose}'s answer: "${path.join('.')}" ${message}.`);
}

/** `user:password` as HTTP's basic authentication; anything else as a token of `scheme`. */
export function authorizationOf(credential: string | null, scheme: string): Record<string, string> {
  if (credential === null) return {};
  const isPair = credential.includes(':');
  const value = isPair ? `Basic ${Buffer.from(credential).toString('base64')}` : `${scheme} ${credential}`;
  return { authorization: value };
}

/** In seconds where the other side says so, else ever longer. */
function waitMs(headers: Headers, tries: number): number {
  const told = Number(headers.get('retry-after') ?? headers.get('x-rate-limit-window') ?? Number.NaN);
  return Math.min(Number.isFinite(told) ? told * 1_000 : FIRST_WAIT_MS * 2 ** tries, MAX_WAIT_MS);
}

/** fetch tells why only in the cause. */
const reasonOf = (error: Error): string =>
  error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
