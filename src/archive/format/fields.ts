// What fields of records hold.
import { z } from 'zod';
import { MAX_CHARS } from '../../review/checked-text.ts';

const MILLION = 1_000_000;
const MAX_EXAMPLE_CHARS = 65_536;

export const moment = z.iso.datetime({
  offset: true,
  error: 'must be an RFC 3339 time, e.g. 2026-03-01T12:00:00Z',
});
export const id = z.uuid();
export const name = z.string().min(1).max(512);
export const words = z.string().max(MAX_EXAMPLE_CHARS);
export const said = (field: keyof typeof MAX_CHARS) => z.string().trim().min(1).max(MAX_CHARS[field]);
export const count = z.int().min(0);
export const millionths = z.int().min(0).max(MILLION);
export const severity = z.int().min(0).max(7);
export const key = z
  .string()
  .regex(/^v\d+:[0-9a-f]{16}$/, 'must be a signature key, e.g. v1:0123456789abcdef');
export const metadata = z.record(z.string(), z.unknown()).nullable().default(null);
export const json = z.record(z.string(), z.unknown());
export const ids = z.array(id).default([]);
export const keys = z.array(key).default([]);
export const names = z.array(name).default([]);
export const when = { createdAt: moment, updatedAt: moment };
