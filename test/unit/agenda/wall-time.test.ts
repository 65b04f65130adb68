import { describe, expect, it } from 'vitest';
import { isDay, isWallTime } from '../../../src/agenda/time-text.js';
import {
  dayAfter,
  durationBetween,
  durationOf,
  instantAfter,
  instantOf,
  isKnownZone,
  offsetAt,
  wallTimeAt,
} from '../../../src/agenda/wall-time.js';

const PARIS = 'Europe/Paris';
const iso = (instant: number) => new Date(instant).toISOString();

describe('times on walls', () => {
  it('are what a zone says, in winter and in summer', () => {
    expect(iso(instantOf('2026-01-15T09:00:00', PARIS))).toBe('2026-01-15T08:00:00.000Z');
    expect(iso(instantOf('2026-07-15T09:00:00', PARIS))).toBe('2026-07-15T07:00:00.000Z');
    expect(iso(instantOf('2026-07-15', PARIS))).toBe('2026-07-14T22:00:00.000Z');
    expect(wallTimeAt(Date.UTC(2026, 6, 15, 7), PARIS)).toBe('2026-07-15T09:00:00');
    expect([offsetAt('2026-01-15', PARIS), offsetAt('2026-07-15', PARIS)]).toEqual([60, 120]);
  });

  it('in the gap of spring count on from before it', () => {
    expect(iso(instantOf('2026-03-29T02:30:00', PARIS))).toBe('2026-03-29T01:30:00.000Z');
    expect(wallTimeAt(instantOf('2026-03-29T02:30:00', PARIS), PARIS)).toBe('2026-03-29T03:30:00');
    expect(iso(instantOf('2026-03-08T02:30:00', 'America/New_York'))).toBe('2026-03-08T07:30:00.000Z');
    expect(iso(instantOf('2026-10-04T02:30:00', 'Australia/Sydney'))).toBe('2026-10-03T16:30:00.000Z');
  });

  it('in the overlap of autumn are the first of the two', () => {
    expect(iso(instantOf('2026-10-25T02:30:00', PARIS))).toBe('2026-10-25T00:30:00.000Z');
    expect(iso(instantOf('2026-11-01T01:30:00', 'America/New_York'))).toBe('2026-11-01T05:30:00.000Z');
    expect(iso(instantOf('2026-04-05T02:30:00', 'Australia/Sydney'))).toBe('2026-04-04T15:30:00.000Z');
  });

  it('have days as the calendar does, and hours as they pass', () => {
    const before = instantOf('2026-03-28T09:00:00', PARIS);
    const after = (text: string) => wallTimeAt(instantAfter(before, durationOf(text) as never, PARIS), PARIS);
    expect([after('P1D'), after('PT24H'), after('-P1W')]).toEqual([
      '2026-03-29T09:00:00',
      '2026-03-29T10:00:00',
      '2026-03-21T09:00:00',
    ]);
    expect(dayAfter('2024-02-28', durationOf('P2D') as never)).toBe('2024-03-01');
    expect(durationBetween('2026-03-28', '2026-03-30').as('days')).toBe(2);
  });

  it('are checked', () => {
    expect(['2026-02-29', '2024-02-29', '1899-12-31', '2200-01-01', '2026-1-1'].map(isDay)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(['2026-02-28T24:00:00', '2026-02-28T23:59:59', '2026-02-28T10:00:00Z'].map(isWallTime)).toEqual([
      false,
      true,
      false,
    ]);
    expect(['Europe/Paris', 'UTC', 'Romance Standard Time', '', 'a b', '../x'].map(isKnownZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(
      ['PT30M', '-P1DT2H', 'P2W', '-P0DT0H15M0S', '+PT5M'].every((text) => durationOf(text) !== null),
    ).toBe(true);
    expect(['P', 'PT', 'P1Y', 'P1.5D', '30', 'PT99999999H', 'P1DT', ''].map(durationOf)).toEqual(
      new Array(8).fill(null),
    );
  });
});
