import { describe, expect, it } from 'vitest';
import { readSettings, SettingsError, settingsTable, unknownVariables } from '../../src/settings.ts';

const HOME = { HOME: '/home/ada' };

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings({ ...HOME, ...environment });
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('start on loopback with everything kept when nothing is set', () => {
    expect(readSettings(HOME)).toEqual({
      port: 4000,
      host: '127.0.0.1',
      allowRemote: false,
      allowedHosts: [],
      dataDir: '/home/ada/.mnemograph',
      incidentActiveDays: 90,
      maxMovedEvents: 1_000_000,
      resumeHours: 168,
      bodyLimitMb: 32,
      anomalyThreshold: 0.75,
      anomalyDevice: 'cpu',
      anomalyBatch: 256,
      seedDemo: false,
      logLevel: 'info',
    });
  });

  it('take a threshold from 0 to 1', () => {
    const threshold = (text: string) => readSettings({ ...HOME, MNEMOGRAPH_ANOMALY_THRESHOLD: text });
    expect(['0', '.5', '0.95', '1'].map((text) => threshold(text).anomalyThreshold)).toEqual([
      0, 0.5, 0.95, 1,
    ]);
    for (const wrong of ['-1', '1.01', '75', '75%', 'high'])
      expect(() => threshold(wrong)).toThrow('a threshold is a number from 0 to 1');
  });

  it('are frozen', () => {
    expect(Object.isFrozen(readSettings(HOME))).toBe(true);
  });

  it('read every variable', () => {
    const settings = readSettings({
      ...HOME,
      MNEMOGRAPH_PORT: '0',
      MNEMOGRAPH_HOST: '::1',
      MNEMOGRAPH_ALLOWED_HOSTS: 'Memory.example.org, logs.local',
      MNEMOGRAPH_DATA_DIR: '/srv/memory',
      DATABASE_URL: 'postgres://u:p@db/memory',
      DATABASE_READ_URL: 'postgresql://u:p@replica/memory',
      MNEMOGRAPH_RETENTION_DAYS: '30',
      MNEMOGRAPH_RESUME_HOURS: '24',
      MNEMOGRAPH_BODY_LIMIT_MB: '64',
      MNEMOGRAPH_SEED_DEMO: 'yes',
      MNEMOGRAPH_LOG_LEVEL: 'debug',
    });
    expect(settings).toMatchObject({
      port: 0,
      host: '::1',
      allowedHosts: ['memory.example.org', 'logs.local'],
      dataDir: '/srv/memory',
      databaseUrl: 'postgres://u:p@db/memory',
      databaseReadUrl: 'postgresql://u:p@replica/memory',
      retentionDays: 30,
      resumeHours: 24,
      bodyLimitMb: 64,
      seedDemo: true,
      logLevel: 'debug',
    });
  });

  it('treat an empty variable as unset', () => {
    expect(readSettings({ ...HOME, MNEMOGRAPH_PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 4000 });
  });

  it('report all faults together, each with what to do', () => {
    const faults = faultsOf({
      MNEMOGRAPH_PORT: '70000',
      MNEMOGRAPH_LOG_LEVEL: 'loud',
      MNEMOGRAPH_SEED_DEMO: 'perhaps',
      MNEMOGRAPH_RETENTION_DAYS: '-1',
      MNEMOGRAPH_DATA_DIR: '~/memory',
      DATABASE_URL: 'mysql://u:secret@db/x',
    });
    expect(faults).toHaveLength(6);
    expect(faults.join('\n')).toMatch(/MNEMOGRAPH_PORT="70000": a port is a whole number from 0 to 65535/);
    expect(faults.join('\n')).toMatch(/MNEMOGRAPH_LOG_LEVEL="loud": write one of fatal, error/);
    expect(faults.join('\n')).toMatch(/MNEMOGRAPH_SEED_DEMO="perhaps": say true or false/);
    expect(faults.join('\n')).toMatch(/MNEMOGRAPH_DATA_DIR=.*write the whole path/);
  });

  it('never show a password', () => {
    expect(faultsOf({ DATABASE_URL: 'mysql://u:secret@db/x' }).join()).not.toContain('secret');
  });

  it('refuse to listen beyond loopback unless that is said explicitly', () => {
    expect(faultsOf({ MNEMOGRAPH_HOST: '0.0.0.0' })).toEqual([
      expect.stringMatching(/no access tokens yet.*MNEMOGRAPH_ALLOW_REMOTE=true/),
    ]);
    expect(faultsOf({ MNEMOGRAPH_HOST: '0.0.0.0', MNEMOGRAPH_ALLOW_REMOTE: 'true' })).toEqual([]);
    expect(faultsOf({ MNEMOGRAPH_HOST: '127.0.0.1.example.org' })).toHaveLength(1);
    expect(faultsOf({ MNEMOGRAPH_HOST: '127.1.2.3' })).toEqual([]);
  });

  it('take a DATABASE_URL that names a Unix socket', () => {
    expect(faultsOf({ DATABASE_URL: 'postgres://me@/memory?host=/run/postgresql' })).toEqual([]);
    expect(faultsOf({ DATABASE_URL: 'postgres:///memory?host=/run/postgresql' })).toEqual([]);
  });

  it('refuse a replica without its primary', () => {
    expect(faultsOf({ DATABASE_READ_URL: 'postgres://replica/x' })).toEqual([
      expect.stringContaining('Set DATABASE_URL too'),
    ]);
  });

  it('explain a port that a container engine injected', () => {
    expect(faultsOf({ MNEMOGRAPH_PORT: 'tcp://10.0.0.1:4000' })[0]).toContain('container engines');
  });

  it('keep the data under XDG_DATA_HOME when there is one', () => {
    expect(readSettings({ ...HOME, XDG_DATA_HOME: '/data' }).dataDir).toBe('/data/mnemograph');
    expect(readSettings({ ...HOME, XDG_DATA_HOME: 'relative' }).dataDir).toBe('/home/ada/.mnemograph');
  });

  it('find an absolute data directory without HOME', () => {
    expect(readSettings({}).dataDir).toMatch(/^\/.*mnemograph$/);
  });

  it('name misspelt variables, not those that container engines inject', () => {
    expect(
      unknownVariables({
        MNEMOGRAPH_PROT: '1',
        MNEMOGRAPH_PORT: '1',
        MNEMOGRAPH_SERVICE_HOST: 'x',
        MNEMOGRAPH_PORT_4000_TCP: 'x',
      }),
    ).toEqual(['MNEMOGRAPH_PROT']);
  });

  it('describe themselves, each with a fallback and a sentence', () => {
    const table = settingsTable();
    expect(new Set(table.map((row) => row.variable)).size).toBe(table.length);
    for (const row of table) {
      expect(row.fallback).not.toBe('');
      expect(row.description).toMatch(/\.$/);
    }
  });
});
