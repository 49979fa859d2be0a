/**
 * Enforces the layers, kept here as data: imports point down this table, never up or sideways.
 *
 * Run by `deno task check`; prints each import that breaks the rule and exits with 1.
 *
 * @module
 */

/** A row of the table: files and folders (ending in `/`) under `src/`, and what they may do. */
interface Layer {
  /** Files and folders in this row. */
  readonly members: readonly string[];
  /** Whether its code may use Deno's APIs and FFI. */
  readonly usesDeno: boolean;
  /** Members of other rows that it may import; omitted: every row below. */
  readonly mayImport?: readonly string[];
}

const WORDS = [
  "analysis.ts",
  "answer.ts",
  "byte_pieces.ts",
  "byte_source.ts",
  "count_up_to.ts",
  "distinct_addresses.ts",
  "entry_layout.ts",
  "error.ts",
  "escape_text.ts",
  "file_kind.ts",
  "frame.ts",
  "handle_counts.ts",
  "listed_stacks.ts",
  "local_path.ts",
  "mark.ts",
  "memory.ts",
  "module.ts",
  "ntdll.ts",
  "own_code.ts",
  "package_files.ts",
  "target.ts",
  "trace.ts",
  "trace_filter.ts",
  "trace_log.ts",
  "trace_log_builder.ts",
  "verifier_stop_codes.ts",
  "version.ts",
];

/** From the command line at the top down to the vocabulary. */
const LAYERS: readonly Layer[] = [
  { members: ["cli.ts"], usesDeno: true },
  { members: ["commands/"], usesDeno: true },
  { members: ["mcp/"], usesDeno: true },
  { members: ["library/"], usesDeno: true },
  { members: ["targets/"], usesDeno: true },
  { members: ["symbols/path/"], usesDeno: true },
  { members: ["file_reason.ts", "file_source.ts", "temporary_file.ts"], usesDeno: true },
  { members: ["win32/"], usesDeno: true, mayImport: WORDS },
  { members: ["debugger/"], usesDeno: false },
  { members: ["run_to_stop.ts", "session_dump.ts"], usesDeno: false },
  { members: ["session.ts"], usesDeno: false },
  { members: ["snapshots.ts"], usesDeno: false },
  { members: ["analysis/analyze.ts"], usesDeno: false },
  {
    members: [
      "analysis/growth.ts",
      "analysis/handle_objects.ts",
      "analysis/merge_groups.ts",
      "analysis/misuse.ts",
      "analysis/named_stacks.ts",
      "analysis/verifier_misuses.ts",
    ],
    usesDeno: false,
  },
  { members: ["analysis/judgement.ts", "analysis/stack_key.ts"], usesDeno: false },
  {
    members: ["reports/"],
    usesDeno: false,
    mayImport: [
      ...WORDS,
      "analysis/fold_groups.ts",
      "analysis/growth_steps.ts",
      "plain_text.ts",
      "analysis/suspicious_closers.ts",
      "analysis/uncertainties.ts",
      "analysis/verdict.ts",
    ],
  },
  { members: ["analysis/uncertainties.ts"], usesDeno: false },
  { members: ["analysis/fold_groups.ts", "analysis/verdict.ts"], usesDeno: false },
  {
    members: ["analysis/growth_steps.ts", "plain_text.ts", "analysis/suspicious_closers.ts"],
    usesDeno: false,
  },
  { members: ["recording/", "dump/", "debugger_log/"], usesDeno: false },
  { members: ["handle_list/"], usesDeno: false },
  { members: ["nt/", "machine/", "recorder/", "symbols/"], usesDeno: false },
  { members: ["engine/"], usesDeno: false },
  { members: WORDS, usesDeno: false },
];

/** Folders whose files never import each other, except `mod.ts`, private files and those in subfolders. */
const INDEPENDENT_SIBLINGS = ["targets/", "reports/", "commands/"];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"(\.[^"]+)"|\bimport\s*\(?\s*"(\.[^"]+)"/g;
const DENO_API = /\bDeno\.\w/;
const PRINTING = /\bconsole\.|Deno\.std(out|err)\b/;
/** Only these print; everything else hands text to them. */
const PRINTERS = ["cli.ts", "commands/"];

const source = new URL("../src/", import.meta.url);
const problems: string[] = [];

for (const file of listSources("")) {
  const text = Deno.readTextFileSync(new URL(file, source));
  const layer = layerOf(file);
  if (layer < 0) {
    problems.push(`${file}: stands in no row of scripts/check_layers.ts`);
    continue;
  }
  const code = withoutComments(text);
  if (!LAYERS[layer]?.usesDeno && DENO_API.test(code)) {
    problems.push(`${file}: uses a Deno API in a row that is pure logic`);
  }
  if (PRINTING.test(code) && !PRINTERS.some((member) => belongs(file, member))) {
    problems.push(`${file}: prints; only ${PRINTERS.join(" and ")} do`);
  }
  for (const imported of importsOf(file, text)) checkImport(file, layer, imported);
}

for (const problem of problems) console.error(problem);
console.log(`layers: ${problems.length === 0 ? "ok" : `${problems.length} problems`}`);
Deno.exit(problems.length === 0 ? 0 : 1);

function checkImport(file: string, layer: number, imported: string): void {
  const target = layerOf(imported);
  const row = LAYERS[layer];
  if (target < 0 || row === undefined) return; // outside src/: testdata, the WASM package
  if (target < layer) {
    problems.push(`${file}: imports ${imported}, which stands above it`);
  } else if (target > layer && row.mayImport && !row.mayImport.includes(imported)) {
    problems.push(`${file}: imports ${imported}; its row may import the words only`);
  } else if (target === layer && memberOf(file) !== memberOf(imported)) {
    const words = LAYERS.length - 1;
    if (layer !== words) problems.push(`${file}: imports ${imported}, which stands beside it`);
  } else if (target === layer && areSiblings(file, imported)) {
    problems.push(`${file}: imports its sibling ${imported}`);
  }
}

function areSiblings(file: string, imported: string): boolean {
  const folder = INDEPENDENT_SIBLINGS.find((name) => file.startsWith(name));
  if (folder === undefined || !imported.startsWith(folder)) return false;
  const isPrivate = /^_|\//.test(imported.slice(folder.length));
  return file !== `${folder}mod.ts` && imported !== `${folder}mod.ts` && !isPrivate;
}

function layerOf(file: string): number {
  return LAYERS.findIndex((layer) => layer.members.some((member) => belongs(file, member)));
}

function memberOf(file: string): string | undefined {
  return LAYERS.flatMap((layer) => layer.members).find((member) => belongs(file, member));
}

function belongs(file: string, member: string): boolean {
  return member.endsWith("/") ? file.startsWith(member) : file === member;
}

function importsOf(file: string, text: string): string[] {
  const base = new URL(file, source);
  const found: string[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const url = new URL(match[1] ?? match[2] ?? "", base).href;
    if (url.startsWith(source.href)) found.push(url.slice(source.href.length));
  }
  return found;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "");
}

/** Every TypeScript file under `src/` except tests, benchmarks, fuzzers and test helpers. */
function listSources(folder: string): string[] {
  const files: string[] = [];
  for (const entry of Deno.readDirSync(new URL(folder, source))) {
    const path = folder + entry.name;
    if (entry.isDirectory) files.push(...listSources(`${path}/`));
    else if (/\.tsx?$/.test(path) && !/_(test|bench|fuzz|testing|fixture)\.ts$/.test(path)) {
      files.push(path);
    }
  }
  return files;
}
