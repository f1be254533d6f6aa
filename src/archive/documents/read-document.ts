// A post-mortem in Markdown, taken apart by its headings: what happened, log lines, lessons, first steps. Pure.
import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { frontmatter } from 'micromark-extension-frontmatter';
import type { LineFault } from '../read-records.ts';
import { type FrontMatter, readFrontMatter } from './front-matter.ts';

export interface Advice {
  /** Its sub-heading; null: the section has none. */
  readonly title: string | null;
  /** Markdown. */
  readonly text: string;
}

export interface Document {
  readonly frontMatter: FrontMatter;
  /** Markdown: all that is neither log lines nor advice. */
  readonly summary: string;
  /** The blocks of log lines, with the line of the file at which each begins. */
  readonly logs: readonly { readonly text: string; readonly line: number }[];
  readonly lessons: readonly Advice[];
  readonly firstSteps: readonly Advice[];
}

const LESSONS = /^(?:\W*)(?:lessons?\b|what (?:we|was) learn|takeaways?\b|learnings?\b)/i;
const FIRST_STEPS =
  /^(?:\W*)(?:runbook|first steps?|mitigations?|remediations?|what to do|how to (?:fix|respond))\b/i;
/** Headings that would only repeat what they stand above. */
const SUMMARY = /^(?:\W*)(?:summary|overview|what happened)\b/i;
/** Of a fenced block; one without any language counts too. */
const LOG_LANGUAGES: ReadonlySet<string> = new Set([
  '',
  'log',
  'logs',
  'syslog',
  'text',
  'txt',
  'plain',
  'plaintext',
]);

type Node = ReturnType<typeof fromMarkdown>['children'][number];
type Room = 'summary' | 'lessons' | 'firstSteps';

/** Offsets into the text; its line, from 1. */
const placeOf = (node: Node) => ({
  from: node.position!.start.offset!,
  to: node.position!.end.offset!,
  line: node.position!.start.line,
});

/** All that is wrong with it, instead, where something is. */
export function readDocument(markdown: string): Document | LineFault[] {
  const text = markdown.replace(/^\ufeff/, '');
  const { children } = fromMarkdown(text, {
    extensions: [frontmatter(['yaml'])],
    mdastExtensions: [frontmatterFromMarkdown(['yaml'])],
  });
  const [head, ...body] = children;
  if (head?.type !== 'yaml')
    return [
      {
        line: 1,
        field: null,
        reason: 'It has no front matter: begin it with --- and at least a title and a date',
      },
    ];
  const frontMatter = readFrontMatter(head.value, placeOf(head).line + 1);
  if (Array.isArray(frontMatter)) return frontMatter;
  return { frontMatter, ...sortOut(text, body, frontMatter.title) };
}

function sortOut(text: string, body: readonly Node[], title: string): Omit<Document, 'frontMatter'> {
  const summary: string[] = [];
  const logs: { text: string; line: number }[] = [];
  const advice: Record<'lessons' | 'firstSteps', { title: string | null; parts: string[] }[]> = {
    lessons: [],
    firstSteps: [],
  };
  let room: Room = 'summary';
  let depth = 0;
  for (const node of body) {
    const { from, to, line } = placeOf(node);
    const source = text.slice(from, to);
    if (node.type === 'heading') {
      const words = source.replace(/^#+\s*|\s*#*\s*$|\n[=-]+\s*$/g, '').trim();
      const inside = room !== 'summary' && node.depth > depth;
      if (inside) advice[room as 'lessons' | 'firstSteps'].push({ title: words, parts: [] });
      else {
        room = LESSONS.test(words) ? 'lessons' : FIRST_STEPS.test(words) ? 'firstSteps' : 'summary';
        depth = node.depth;
        if (room !== 'summary') advice[room].push({ title: null, parts: [] });
        else if (!SUMMARY.test(words) && words !== title) summary.push(source);
      }
    } else if (room !== 'summary') advice[room].at(-1)!.parts.push(source);
    else if (node.type === 'code' && LOG_LANGUAGES.has(node.lang ?? ''))
      logs.push({
        text: node.value,
        line: line + (source.startsWith('```') || source.startsWith('~~~') ? 1 : 0),
      });
    else summary.push(source);
  }
  const told = (room: 'lessons' | 'firstSteps') =>
    advice[room]
      .map(({ title, parts }) => ({ title, text: parts.join('\n\n').trim() }))
      .filter((each) => each.text !== '');
  return {
    summary: withoutBareHeadings(summary),
    logs,
    lessons: told('lessons'),
    firstSteps: told('firstSteps'),
  };
}

/** A heading under which only log lines stood says nothing without them. */
const withoutBareHeadings = (parts: readonly string[]): string =>
  parts
    .filter((part, i) => !part.startsWith('#') || (i + 1 < parts.length && !parts[i + 1]!.startsWith('#')))
    .join('\n\n')
    .trim();
