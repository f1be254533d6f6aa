// Drain as published (He et al., ICWS 2017), without preprocessing: the peer that the engine is measured against when
// no other is given. Depth 4, similarity 0.4, 100 children, as the paper has them.

const DEPTH = 4;
const SIMILARITY = 0.4;
const MAX_CHILDREN = 100;
const WILDCARD = '<*>';
const HAS_DIGIT = /\d/;

interface Group {
  template: string[];
  count: number;
}

class Node {
  readonly children = new Map<string, Node>();
  readonly groups: Group[] = [];
}

export class Drain {
  readonly #byLength = new Map<number, Node>();

  observe(line: string): Group {
    const tokens = line.trim().split(/\s+/);
    const { groups } = this.#leaf(tokens);
    let best: Group | null = null;
    let bestSimilarity = -1;
    for (const group of groups) {
      const similarity = similarityOf(group.template, tokens);
      if (similarity <= bestSimilarity) continue;
      bestSimilarity = similarity;
      best = group;
    }
    if (best === null || bestSimilarity < SIMILARITY) {
      best = { template: tokens, count: 0 };
      groups.push(best);
    } else {
      for (let i = 0; i < tokens.length; i++) if (best.template[i] !== tokens[i]) best.template[i] = WILDCARD;
    }
    best.count++;
    return best;
  }

  #leaf(tokens: readonly string[]): Node {
    let node = this.#byLength.get(tokens.length);
    if (node === undefined) {
      node = new Node();
      this.#byLength.set(tokens.length, node);
    }
    for (let level = 0; level < Math.min(DEPTH - 2, tokens.length); level++)
      node = childOf(node, tokens[level]!);
    return node;
  }
}

function childOf(node: Node, token: string): Node {
  const { children } = node;
  const known = HAS_DIGIT.test(token) ? undefined : children.get(token);
  if (known !== undefined) return known;
  const hasRoom = children.size < MAX_CHILDREN - 1 && !HAS_DIGIT.test(token);
  const key = hasRoom ? token : WILDCARD;
  let child = children.get(key);
  if (child === undefined) {
    child = new Node();
    children.set(key, child);
  }
  return child;
}

function similarityOf(template: readonly string[], tokens: readonly string[]): number {
  let same = 0;
  for (let i = 0; i < tokens.length; i++) if (template[i] === tokens[i]) same++;
  return same / tokens.length;
}
