/**
 * The page: one HTML file that shows the leak to people who would rather look than read.
 *
 * The file loads nothing: it contains its script and style, and its content security policy allows these two, by their
 * hashes, and nothing else. Names are only in the data block, JSON in which no markup can begin; the script shows them as
 * text nodes.
 *
 * @module
 */
import { type Analysis, type Report, UNCERTAINTY_KINDS } from "../analysis.ts";
import { makePageData } from "./html/data/make.ts";
import type { PageData } from "./html/data/page_data.ts";
import { NOTICE } from "./html/notice.ts";
import { SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH } from "./html/page.generated.ts";

/** The report. */
export const HTML: Report = {
  name: "html",
  brief: "a page for a browser: table, flame graph and stacks, in one self-contained file",
  extension: ".html",
  says: UNCERTAINTY_KINDS,
  render: htmlPieces,
};

/** Renders the page of an analysis. */
export function renderHtml(analysis: Analysis): string {
  return [...htmlPieces(analysis)].join("");
}

/** What the file may do: run its script, show its style, and nothing else. */
const POLICY = [
  "default-src 'none'",
  `script-src '${SCRIPT_HASH}'`,
  `style-src '${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const HEAD = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>htrace report</title>
<!--
${NOTICE}
-->
<style>${STYLE}</style>
</head>
<body>
<div id="app"><noscript><p>This report needs JavaScript, which is switched off here.
The same in words: <code>htrace report &lt;target&gt;</code>.</p></noscript></div>
<script type="application/json" id="data">`;

const TAIL = `</script>
<script type="module">${SCRIPT}</script>
</body>
</html>
`;

function* htmlPieces(analysis: Analysis): Generator<string, void, undefined> {
  yield HEAD;
  yield dataBlock(makePageData(analysis));
  yield TAIL;
}

/** JSON for a script element: neither `</script` nor `<!--` occurs in it. */
export function dataBlock(data: PageData): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}
