/**
 * Mach-O images, to the extent that our executables need them: load commands and what they point to.
 *
 * Layouts: Apple's `mach-o/loader.h` and `mach-o/nlist.h`, 64-bit and little-endian.
 *
 * @module
 */
import { arePagesSigned } from "./code_signature.ts";

/** Load commands. */
const LC = {
  SYMTAB: 0x2,
  DYSYMTAB: 0xb,
  SEGMENT_64: 0x19,
  CODE_SIGNATURE: 0x1d,
  FUNCTION_STARTS: 0x26,
  DATA_IN_CODE: 0x29,
  DYLD_INFO_ONLY: 0x8000_0022,
  DYLD_EXPORTS_TRIE: 0x8000_0033,
  DYLD_CHAINED_FIXUPS: 0x8000_0034,
} as const;

/** `mach_header_64`. */
const HEADER = { cputype: 4, filetype: 12, ncmds: 16, sizeofcmds: 20, size: 32 } as const;
const MAGIC_64 = 0xfeedfacf;
const MH_EXECUTE = 2;
/** `CPU_TYPE_ARM64`; the other is x86_64. */
export const CPU_ARM64 = 0x0100_000c;

/** `segment_command_64`, and a `section_64` after it. */
const SEGMENT = {
  segname: 8,
  vmaddr: 24,
  vmsize: 32,
  fileoff: 40,
  filesize: 48,
  nsects: 64,
  size: 72,
} as const;
const SECTION = { sectname: 0, sectionSize: 40, offset: 48, size: 80 } as const;

/** A file offset in a load command, and where its table's size is: in bytes, or in units of `each`. */
interface TablePointer {
  readonly offset: number;
  readonly size?: number;
  readonly each?: number;
}

/** The load commands that point into `__LINKEDIT`. */
const LINKEDIT_POINTERS: Readonly<Record<number, readonly TablePointer[]>> = {
  // symoff with nsyms of 16 bytes each, stroff with strsize
  [LC.SYMTAB]: [{ offset: 8, size: 12, each: 16 }, { offset: 16, size: 20 }],
  // tocoff, modtaboff, extrefsymoff; indirectsymoff with nindirectsyms of 4 bytes each; extreloff, locreloff
  [LC.DYSYMTAB]: [
    { offset: 32 },
    { offset: 40 },
    { offset: 48 },
    { offset: 56, size: 60, each: 4 },
    { offset: 64 },
    { offset: 72 },
  ],
  // rebase, bind, weak_bind, lazy_bind, export
  [LC.DYLD_INFO_ONLY]: [8, 16, 24, 32, 40].map((offset) => ({ offset, size: offset + 4 })),
  // linkedit_data_command
  [LC.CODE_SIGNATURE]: [{ offset: 8, size: 12 }],
  [LC.FUNCTION_STARTS]: [{ offset: 8, size: 12 }],
  [LC.DATA_IN_CODE]: [{ offset: 8, size: 12 }],
  [LC.DYLD_EXPORTS_TRIE]: [{ offset: 8, size: 12 }],
  [LC.DYLD_CHAINED_FIXUPS]: [{ offset: 8, size: 12 }],
};

/** A load command: its type and its place in the file. */
interface LoadCommand {
  readonly command: number;
  readonly at: number;
  readonly size: number;
}

/** A segment as its load command describes it. */
export interface Segment {
  readonly name: string;
  /** File offset of its load command. */
  readonly at: number;
  readonly address: number;
  readonly memorySize: number;
  readonly offset: number;
  readonly size: number;
}

/** An image, read into memory. Throws an Error if it is not an image, or its load commands are incomplete. */
export class MachO {
  readonly bytes: Uint8Array;
  readonly commands: readonly LoadCommand[];
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < HEADER.size || this.#view.getUint32(0, true) !== MAGIC_64) {
      throw new Error("Cannot read the image: it is not a 64-bit Mach-O");
    }
    if (this.#word(HEADER.filetype) !== MH_EXECUTE) {
      throw new Error("Cannot read the image: it is not a program");
    }
    this.commands = this.#readCommands();
  }

  get cpu(): number {
    return this.#word(HEADER.cputype);
  }

  get segments(): Segment[] {
    return this.commands.filter(({ command }) => command === LC.SEGMENT_64).map(({ at }) => ({
      name: this.#text(at + SEGMENT.segname),
      at,
      address: this.#long(at + SEGMENT.vmaddr),
      memorySize: this.#long(at + SEGMENT.vmsize),
      offset: this.#long(at + SEGMENT.fileoff),
      size: this.#long(at + SEGMENT.filesize),
    }));
  }

  segment(name: string): Segment | undefined {
    return this.segments.find((segment) => segment.name === name);
  }

  /** The content of a section, or undefined if there is none of that name. */
  section(segmentName: string, name: string): Uint8Array | undefined {
    const { at } = this.segment(segmentName) ?? {};
    if (at === undefined) return undefined;
    for (let index = 0; index < this.#word(at + SEGMENT.nsects); index++) {
      const section = at + SEGMENT.size + index * SECTION.size;
      if (this.#text(section + SECTION.sectname) !== name) continue;
      const offset = this.#word(section + SECTION.offset);
      return this.bytes.subarray(offset, offset + this.#long(section + SECTION.sectionSize));
    }
    return undefined;
  }

  /** What the system's loader would reject: segments and tables that are not where they must be. */
  problems(): string[] {
    const { segments } = this;
    const page = this.cpu === CPU_ARM64 ? 0x4000 : 0x1000;
    const problems = segments.flatMap(({ name, offset, size, address, memorySize }, index) => {
      const next = segments[index + 1];
      return [
        ...offset + size > this.bytes.length ? [`${name} ends behind the file`] : [],
        ...offset % page !== 0 || address % page !== 0 ? [`${name} begins within a page`] : [],
        ...memorySize < size ? [`${name} is larger in the file than in memory`] : [],
        ...next && next.address < address + memorySize ? [`${name} overlaps ${next.name}`] : [],
        ...next && next.size > 0 && next.offset < offset + size
          ? [`${name} overlaps ${next.name} in the file`]
          : [],
      ];
    });
    const linkedit = segments.at(-1);
    if (linkedit?.name !== "__LINKEDIT") return [...problems, "the last segment is not __LINKEDIT"];
    if (linkedit.offset + linkedit.size !== this.bytes.length) {
      problems.push("__LINKEDIT is not the end of the file");
    }
    for (const { command, offset, size } of this.#linkeditTables()) {
      const isInside = offset >= linkedit.offset &&
        offset + size <= linkedit.offset + linkedit.size;
      if (!isInside) problems.push(`a table of load command ${command} is not in __LINKEDIT`);
    }
    return problems;
  }

  /** Whether each page has the hash that the signature gives it; undefined if there is no signature. */
  async isSignatureValid(): Promise<boolean | undefined> {
    const command = this.commands.find(({ command }) => command === LC.CODE_SIGNATURE);
    if (command === undefined) return undefined;
    const offset = this.#word(command.at + 8);
    const size = this.#word(command.at + 12);
    return offset + size === this.bytes.length &&
      await arePagesSigned(this.bytes, this.bytes.subarray(offset, offset + size), offset);
  }

  /** The same image without a segment: what follows it in the file and in memory moves up. */
  withoutSegment(name: string): Uint8Array {
    const gone = this.segment(name);
    if (gone === undefined) throw new Error(`Cannot take ${name} out of the image: it has none`);
    const bytes = new Uint8Array(this.bytes.length - gone.size);
    bytes.set(this.bytes.subarray(0, gone.offset));
    bytes.set(this.bytes.subarray(gone.offset + gone.size), gone.offset);
    const view = new DataView(bytes.buffer);
    for (const { at, address, offset } of this.segments) {
      if (address <= gone.address) continue;
      view.setBigUint64(at + SEGMENT.vmaddr, BigInt(address - gone.memorySize), true);
      view.setBigUint64(at + SEGMENT.fileoff, BigInt(offset - gone.size), true);
    }
    for (const { place, offset } of this.#linkeditTables()) {
      view.setUint32(place, offset - gone.size, true);
    }
    return withoutCommand(bytes, this.#command(gone.at));
  }

  /** The same image without its signature and without anything after `end`, which must be in its string table. */
  cutAt(end: number): Uint8Array {
    const linkedit = this.segment("__LINKEDIT");
    const symbols = this.commands.find(({ command }) => command === LC.SYMTAB);
    if (!linkedit || !symbols) throw new Error("Cannot cut the image: it has no symbol table");
    const bytes = this.bytes.slice(0, end);
    const view = new DataView(bytes.buffer);
    view.setUint32(symbols.at + 20, end - this.#word(symbols.at + 16), true);
    view.setBigUint64(linkedit.at + SEGMENT.filesize, BigInt(end - linkedit.offset), true);
    view.setBigUint64(linkedit.at + SEGMENT.vmsize, BigInt(end - linkedit.offset), true);
    const signature = this.commands.find(({ command }) => command === LC.CODE_SIGNATURE);
    return signature ? withoutCommand(bytes, signature) : bytes;
  }

  #readCommands(): LoadCommand[] {
    const end = HEADER.size + this.#word(HEADER.sizeofcmds);
    const commands: LoadCommand[] = [];
    let at: number = HEADER.size;
    for (let index = 0; index < this.#word(HEADER.ncmds); index++) {
      const size = at + 8 <= end && end <= this.bytes.length ? this.#word(at + 4) : 0;
      if (size < 8 || at + size > end) {
        throw new Error(`Cannot read the image: its load command ${index} is not whole`);
      }
      commands.push({ command: this.#word(at), at, size });
      at += size;
    }
    return commands;
  }

  /** The tables that load commands point to: where the offset is stored, the offset, and the size if known. */
  *#linkeditTables(): Generator<{ command: number; place: number; offset: number; size: number }> {
    for (const { command, at } of this.commands) {
      for (const { offset: place, size, each = 1 } of LINKEDIT_POINTERS[command] ?? []) {
        const offset = this.#word(at + place);
        if (offset === 0) continue;
        const length = size === undefined ? 0 : this.#word(at + size) * each;
        yield { command, place: at + place, offset, size: length };
      }
    }
  }

  #command(at: number): LoadCommand {
    return this.commands.find((command) => command.at === at)!;
  }

  #word(at: number): number {
    return this.#view.getUint32(at, true);
  }

  #long(at: number): number {
    return Number(this.#view.getBigUint64(at, true));
  }

  /** A name of at most 16 bytes. */
  #text(at: number): string {
    return new TextDecoder().decode(this.bytes.subarray(at, at + 16)).replace(/\0.*$/s, "");
  }
}

/** Removes a load command; those after it move up, and the room that becomes free is zeroed. */
function withoutCommand(bytes: Uint8Array, { at, size }: LoadCommand): Uint8Array {
  const view = new DataView(bytes.buffer);
  const commandSizes = view.getUint32(HEADER.sizeofcmds, true);
  const end = HEADER.size + commandSizes;
  bytes.copyWithin(at, at + size, end);
  bytes.fill(0, end - size, end);
  view.setUint32(HEADER.ncmds, view.getUint32(HEADER.ncmds, true) - 1, true);
  view.setUint32(HEADER.sizeofcmds, commandSizes - size, true);
  return bytes;
}
