// Copies the text of a line into a typed array, which compiled code reads without the checks that a string costs.
import { endianness } from 'node:os';
import { type Atoms, LOOKAHEAD, MAX_LENGTH } from './atoms.ts';

const IS_BIG_ENDIAN = endianness() === 'BE';

/** Fills `atoms.units` and returns how many units of `text` are looked at. */
export function loadUnits(text: string, atoms: Atoms): number {
  const { units, unitBytes } = atoms;
  const limit = Math.min(text.length, MAX_LENGTH);
  unitBytes.write(text, 'utf16le');
  if (IS_BIG_ENDIAN) unitBytes.subarray(0, 2 * limit).swap16();
  for (let i = limit; i < limit + LOOKAHEAD; i++) units[i] = 0;
  return limit;
}
