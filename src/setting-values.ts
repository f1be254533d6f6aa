// What a setting may be, each kind with the advice for who wrote something else.
import { resolve } from 'node:path';
import { z } from 'zod';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i;

export const whole = (min: number, max: number, what: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `${what} is a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `${what} is a whole number from ${min} to ${max}`);

export const ratio = (what: string) =>
  z
    .string()
    .regex(/^(\d+\.?\d*|\.\d+)$/, `${what} is a number from 0 to 1`)
    .transform(Number)
    .refine((n) => n >= 0 && n <= 1, `${what} is a number from 0 to 1`);

const YES_NO: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};
export const flag = z
  .string()
  .transform((text) => YES_NO[text.toLowerCase()] ?? text)
  .pipe(z.boolean('say true or false'))
  .default(false);

export const databaseUrl = z
  .string()
  .refine(isPostgresUrl, 'this is no PostgreSQL URL; write postgres://user:password@host:5432/database')
  .optional();

export const path = z
  .string()
  .refine((given) => !given.startsWith('~'), 'only a shell expands a leading ~; write the whole path')
  .transform((given) => resolve(given))
  .optional();

export const hostNames = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  )
  .refine(
    (names) => names.every((name) => HOST_NAME.test(name)),
    'write host names without scheme and port, separated by commas, like memory.example.org',
  )
  .default([]);

export const address = z
  .string()
  .refine(
    (host) => HOST_NAME.test(host) || isIpLiteral(host),
    'write an address or a host name without scheme and port, like 127.0.0.1',
  );

// A socket's URL has a user and no host, which URL does not know: postgres://me@/database?host=/run/postgresql
function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text.replace('@/', '@socket/'));
}

const isIpLiteral = (host: string): boolean => z.union([z.ipv4(), z.ipv6()]).safeParse(host).success;
