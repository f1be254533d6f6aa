import { z } from 'zod';

const MAX_PORT = 65_535;

const certificate = z.strictObject({
  certFile: z.string().min(1).describe('PEM file of the certificate chain'),
  keyFile: z.string().min(1).describe('PEM file of its private key'),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe('PEM file of the authority that senders must be certified by'),
});

/** One listener; several ports are several sources. */
export const syslogConfig = z
  .strictObject({
    protocol: z.enum(['udp', 'tcp', 'tls']).default('udp'),
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(MAX_PORT).default(5514),
    tls: certificate.optional(),
    /** Lines held in memory while the database is slow. */
    maxQueued: z.int().min(1_000).max(1_000_000).default(50_000),
    idleSeconds: z.int().min(1).max(86_400).default(3_600),
  })
  .refine((config) => config.protocol !== 'tls' || config.tls !== undefined, {
    path: ['tls'],
    message: 'is needed for TLS: give certFile and keyFile',
  });

export type SyslogConfig = z.output<typeof syslogConfig>;
