import { parametersOf } from '../../signature/engine.ts';
import type { ParameterKind } from '../../signature/parameters.ts';

/** Kinds that name a thing; numbers, times and durations differ from time to time. */
const NAMING: ReadonlySet<ParameterKind> = new Set(['ip', 'path', 'uuid', 'user', 'host']);
/** `GigabitEthernet0/1`, `vol-17`; a bare `ssh2` is often the same in every line. */
const STRUCTURED_NAME = /\p{L}.*[/.:_-]/u;
const MIN_CHARS = 2;
const MOST = 12;

/** The different values of the message that identify what it is about, in order. */
export function namingValues(message: string): string[] {
  const values = parametersOf(message).filter(
    ({ kind, value }) =>
      value.length >= MIN_CHARS && (NAMING.has(kind) || (kind === 'text' && STRUCTURED_NAME.test(value))),
  );
  return [...new Set(values.map(({ value }) => value))].slice(0, MOST);
}
