// GraphiQL without a request to any other origin. The package offers one page of 9 MB; its parts are served as files
// that a browser keeps, and the page itself is a few lines.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Asset } from './assets.ts';
import { EXAMPLES } from './examples.ts';
import { GRAPHQL_PATH } from './graphql.ts';

const DIRECTORY = `${GRAPHQL_PATH}/assets`;
const SCRIPT = 'text/javascript; charset=utf-8';
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1d3a4c"/><path d="M7 23V10l9 8 9-8v13" fill="none" stroke="#f2c14e" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

/** Monaco sets styles inline and its fonts are data; everything else comes from here. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Site {
  readonly page: string;
  readonly assets: ReadonlyMap<string, Asset>;
}

/** Built when somebody first opens it: most servers never show it. */
export class GraphiQL {
  #site: Promise<Site> | null = null;

  /** Whether `req` is a browser that wants a page, and not an operation's result. */
  wants(req: IncomingMessage): boolean {
    return req.method === 'GET' && /\btext\/html\b/.test(req.headers.accept ?? '');
  }

  async sendPage(res: ServerResponse): Promise<void> {
    const { page } = await this.#built();
    res.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': 'no-cache',
    });
    res.end(page);
  }

  /** False where `path` is none of its files. */
  async sendAsset(path: string, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    if (!path.startsWith(`${DIRECTORY}/`)) return false;
    const asset = (await this.#built()).assets.get(path);
    if (asset === undefined) return false;
    await asset.send(req, res);
    return true;
  }

  #built(): Promise<Site> {
    this.#site ??= buildSite();
    return this.#site;
  }
}

async function buildSite(): Promise<Site> {
  const parts = await import('@graphql-yoga/render-graphiql/graphiql');
  const file = (name: string, type: string, content: string) => new Asset(DIRECTORY, name, type, content);
  const workers = {
    editorWorkerService: file('editor-worker.js', SCRIPT, parts.editorWorkerService),
    json: file('json-worker.js', SCRIPT, parts.jsonWorker),
    graphql: file('graphql-worker.js', SCRIPT, parts.graphqlWorker),
  };
  const style = file('graphiql.css', 'text/css; charset=utf-8', parts.css);
  const library = file('graphiql.js', SCRIPT, parts.js);
  const icon = file('icon.svg', 'image/svg+xml', ICON);
  const start = file('start.js', SCRIPT, startScript(workers));
  const all = [...Object.values(workers), style, library, icon, start];
  return {
    page: renderPage({ style: style.path, icon: icon.path, scripts: [library.path, start.path] }),
    assets: new Map(all.map((asset) => [asset.path, asset])),
  };
}

function startScript(workers: Readonly<Record<string, Asset>>): string {
  const workerPaths = Object.fromEntries(
    Object.entries(workers).map(([label, asset]) => [label, asset.path]),
  );
  const options = {
    endpoint: GRAPHQL_PATH,
    title: 'Mnemograph',
    logo: ICON,
    subscriptionsProtocol: 'SSE',
    defaultEditorToolsVisibility: 'variables',
    inputValueDeprecation: true,
    schemaDescription: true,
    defaultTabs: EXAMPLES.map(({ query, variables }) => ({
      query,
      variables: JSON.stringify(variables, null, 2),
    })),
  };
  return `const workers = ${JSON.stringify(workerPaths)};
const options = ${JSON.stringify(options)};
${openingTab}
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] };
YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), { ...options, ...openingTab(options.defaultTabs[0]) });
`;
}

interface Tab {
  readonly query: string | null;
  readonly variables?: string | null;
}

// Runs in the browser. GraphiQL shows the first example without its variables, and opens one more empty tab on every
// visit, unless it is told what it stored itself.
function openingTab(first: Tab): Partial<Tab> {
  const page = globalThis as unknown as {
    location: URL;
    localStorage: { getItem(key: string): string | null };
  };
  const asked = new URL(page.location.href).searchParams.get('query');
  const stored = JSON.parse(page.localStorage.getItem('graphiql:tabState') ?? 'null');
  if (stored === null) return asked === null ? { variables: first.variables ?? '' } : {};
  const tabs: readonly Tab[] = stored.tabs;
  const tab = asked === null ? tabs[stored.activeTabIndex] : tabs.find((each) => each.query === asked);
  return tab ? { query: tab.query ?? '', variables: tab.variables ?? '' } : {};
}

const renderPage = (paths: { style: string; icon: string; scripts: readonly string[] }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mnemograph · GraphiQL</title>
<link rel="icon" type="image/svg+xml" href="${paths.icon}">
<link rel="stylesheet" href="${paths.style}">
${paths.scripts.map((path) => `<script defer src="${path}"></script>`).join('\n')}
</head>
<body id="body" class="no-focus-outline">
<noscript>GraphiQL needs JavaScript. The same operations work with any GraphQL client.</noscript>
<div id="root"></div>
</body>
</html>
`;
