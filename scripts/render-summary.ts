import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Marked } from 'marked';

const require = createRequire(import.meta.url);
const stylesheet = require.resolve('github-markdown-css/github-markdown.css');
const mermaid = require.resolve('@mermaid-js/tiny');

/** A job summary with its title. */
export interface TitledSummary {
  readonly title: string;
  /** The Markdown that the action wrote. */
  readonly markdown: string;
}

/** Attribute of the root element with the height of the page in pixels, set when everything is drawn. */
export const drawnHeightAttribute = 'data-drawn-height';

/**
 * The only HTML tags that are rendered; the summary uses them. GitHub removes everything from a summary that could
 * run or load something. There is no sanitizer here, so all other HTML is shown as text.
 */
const allowedTag =
  /&lt;(\/?(?:details|details open|summary|br|sub|table|tr|th|td|samp)|t[hd] nowrap)&gt;/g;
const allowedLink = /^https?:/i;

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) =>
      // Entities are text already, so they stay unchanged.
      text.replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(allowedTag, '<$1>'),
    link({ href, tokens }) {
      return allowedLink.test(href) ? false : this.parser.parseInline(tokens);
    },
    image: ({ text }) => escape(text),
    // Only Mermaid is drawn. Everything else is a code block.
    code: ({ text, lang }) =>
      lang === 'mermaid' ? `<pre class="mermaid">${escape(text)}</pre>\n` : false,
  },
});

/** A summary as HTML, which runs and loads nothing. */
export async function renderSummary(markdown: string): Promise<string> {
  return await marked.parse(markdown);
}

/**
 * Writes a page that shows summaries as GitHub does. All files that it needs are in the same folder.
 *
 * @returns the path of the page
 */
export async function writePage(
  folder: string,
  title: string,
  summaries: readonly TitledSummary[],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await copyFile(mermaid, join(folder, 'mermaid.js'));
  const path = join(folder, 'index.html');
  await writeFile(path, await page(title, summaries));
  return path;
}

async function page(title: string, summaries: readonly TitledSummary[]): Promise<string> {
  const sections = await Promise.all(
    summaries.map(
      async (summary) => `<section>
<header>${escape(summary.title)}</header>
<article class="markdown-body">
${await renderSummary(summary.markdown)}</article>
</section>`,
    ),
  );
  // The browser runs only scripts with this nonce.
  const nonce = randomUUID();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<style>
${await readFile(stylesheet, 'utf8')}
${layout}
</style>
</head>
<body>
${sections.join('\n')}
<script nonce="${nonce}" src="mermaid.js"></script>
<script nonce="${nonce}">
${drawing}
</script>
</body>
</html>
`;
}

const layout = `body { margin: 0; padding: 16px; display: flow-root; background: #f6f8fa; }
section { max-width: 968px; margin: 0 auto; border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; }
section + section { margin-top: 24px; }
header { padding: 12px 24px; font: 600 14px/20px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; background: #f6f8fa; color: #1f2328; border-bottom: 1px solid #d1d9e0; }
.markdown-body { padding: 24px; }
.markdown-body pre.mermaid { padding: 0; background: none; }
@media (prefers-color-scheme: dark) {
  body, header { background: #010409; color: #f0f6fc; }
  section, header { border-color: #3d444d; }
}`;

const drawing = `const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'default' });
mermaid.run().then(() => {
  const height = Math.ceil(document.body.getBoundingClientRect().height);
  document.documentElement.setAttribute('${drawnHeightAttribute}', String(height));
});`;

function escape(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
