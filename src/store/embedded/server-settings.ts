// What our server is told beyond PostgreSQL's defaults: it takes in much on a small machine, for few connections.
import { closeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Home, openForServer } from './home.ts';

export type ServerSettings = Readonly<Record<string, string>>;

export const EMBEDDED_USER = 'mnemograph';
export const EMBEDDED_DATABASE = 'mnemograph';
export const EMBEDDED_PORT = 5432;

const DEFAULTS_FILE = 'mnemograph.conf';

const DEFAULTS: ServerSettings = {
  max_connections: '60',
  shared_buffers: '128MB',
  synchronous_commit: 'on',
  // No replica ever follows this server.
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_buffers: '16MB',
  // A crash replays at most about this much.
  max_wal_size: '1GB',
  min_wal_size: '160MB',
  checkpoint_timeout: '10min',
  // Plans of detection need statistics soon after a day's partition, or a new memory, begins to fill.
  autovacuum_naptime: '5s',
  // A query over all event partitions locks each of them and its indexes.
  max_locks_per_transaction: '256',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
};

/** The line of postgresql.conf that reads our defaults. ALTER SYSTEM still overrides them. */
export const INCLUDE_DEFAULTS = `include '${DEFAULTS_FILE}'\n`;

/** Written before every start, so that a newer version's defaults reach an older cluster. */
export function writeDefaults(home: Home): void {
  const lines = Object.entries(DEFAULTS).map(([name, value]) => `${name} = '${value}'\n`);
  const file = openForServer(home.account, join(home.cluster, DEFAULTS_FILE), 'replace');
  try {
    writeFileSync(file, `# Rewritten at every start; change settings with ALTER SYSTEM.\n${lines.join('')}`);
  } finally {
    closeSync(file);
  }
}

/** What must hold whatever the configuration files say, then the caller's own settings. */
export function serverArguments(home: Home, settings: ServerSettings): string[] {
  const fixed = {
    listen_addresses: '',
    port: String(EMBEDDED_PORT),
    unix_socket_directories: home.socketDir,
    unix_socket_permissions: '0700',
    cluster_name: home.clusterName,
  };
  const all = Object.entries({ ...settings, ...fixed });
  return ['-D', home.cluster, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
