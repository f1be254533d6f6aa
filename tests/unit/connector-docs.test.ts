import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CONNECTOR_KINDS } from '../../src/connectors/kinds.ts';
import { PRESET_NAMES } from '../../src/connectors/webhook/presets.ts';

const DOCS = readFileSync(new URL('../../docs/connectors.md', import.meta.url), 'utf8');
const sections = DOCS.split(/^## /m);

describe.each(CONNECTOR_KINDS.map((kind) => [kind.kind, kind] as const))('%s', (name, kind) => {
  const section = sections.find((text) => text.slice(0, 600).includes(`\`${name}\``));

  it('has a section with a configuration to copy', () => {
    expect(section).toMatch(/^```[\s\S]+?^```$/m);
  });

  it('has every option in it', () => {
    const { properties = {} } = z.toJSONSchema(kind.config, { io: 'input', unrepresentable: 'any' });
    for (const option of Object.keys(properties)) expect(section).toContain(`\`${option}\``);
  });
});

it.each(PRESET_NAMES)('the ready mapping %s has its sender’s configuration', (preset) => {
  const webhooks = sections.find((text) => text.startsWith('Webhooks'))!;
  const titles = [...webhooks.matchAll(/^([A-Z]\w+)[^\n]*:$/gm)].map(([, title]) => title!.toLowerCase());
  expect(titles).toContain(preset);
});
