import { describe, expect, it } from 'vitest';
import { US_PER_HOUR, US_PER_MINUTE } from '../../src/domain/time.ts';
import { type EndedEpisode, tellEpisodes } from '../../src/memory/seen-before/episodes.ts';

const START = Date.UTC(2026, 2, 1) * 1_000;
const minutes = (n: number) => START + n * US_PER_MINUTE;

const episode = (from: number, to: number, extra: Partial<EndedEpisode> = {}): EndedEpisode => ({
  assetId: '7',
  startUs: minutes(from),
  endUs: minutes(to),
  eventCount: 5,
  acknowledged: false,
  healed: false,
  wentSilent: false,
  ...extra,
});

const later = START + 100 * US_PER_HOUR;

describe('past episodes', () => {
  it('are told newest first', () => {
    const told = tellEpisodes([episode(0, 5), episode(200, 210), episode(100, 105)], later);
    expect(told.map((e) => e.startUs)).toEqual([minutes(200), minutes(100), minutes(0)]);
  });

  it('are one where several assets had it at the same time', () => {
    const told = tellEpisodes([episode(0, 20), episode(10, 30, { assetId: '8' })], later);
    expect(told).toEqual([
      { startUs: minutes(0), endUs: minutes(30), eventCount: 10, assetIds: ['7', '8'], outcome: 'ENDED' },
    ]);
  });

  it('are two where a pause of thirty minutes lies between', () => {
    expect(tellEpisodes([episode(0, 20), episode(50, 60, { assetId: '8' })], later)).toHaveLength(2);
    expect(tellEpisodes([episode(0, 20), episode(49, 60, { assetId: '8' })], later)).toHaveLength(1);
  });

  it('go on while less than thirty minutes of events have passed, unless they healed', () => {
    const now = minutes(20) + 30 * US_PER_MINUTE;
    expect(tellEpisodes([episode(0, 20)], now - 1)[0]!.outcome).toBe('ONGOING');
    expect(tellEpisodes([episode(0, 20)], now)[0]!.outcome).toBe('ENDED');
    expect(tellEpisodes([episode(0, 20, { healed: true })], now - 1)[0]!.outcome).toBe('HEALED');
  });

  it('name no asset where the events named none', () => {
    expect(tellEpisodes([episode(0, 1, { assetId: '0' })], later)[0]!.assetIds).toEqual([]);
  });

  it('are healed only when they healed on every asset', () => {
    const healed = episode(0, 20, { healed: true });
    expect(tellEpisodes([healed, episode(5, 9, { assetId: '8' })], later)[0]!.outcome).toBe('ENDED');
    expect(tellEpisodes([healed, episode(5, 9, { assetId: '8', healed: true })], later)[0]!.outcome).toBe(
      'HEALED',
    );
  });

  it('were acknowledged, or ended in silence, where that is known', () => {
    expect(tellEpisodes([episode(0, 1, { acknowledged: true })], later)[0]!.outcome).toBe('ACKNOWLEDGED');
    expect(tellEpisodes([episode(0, 1, { wentSilent: true })], later)[0]!.outcome).toBe('WENT_SILENT');
  });
});
