/**
 * Starts a program with the recorder in it: checks that this is possible, makes the log, adds the DLL as the first
 * import.
 *
 * @module
 */
import { fileReason } from "../file_reason.ts";
import { packageFile } from "../package_files.ts";
import {
  injectionSize,
  notRecordable,
  planInjection,
  readProgramImage,
} from "../recorder/import_table.ts";
import { newLog, type NewLogOptions } from "../recorder/new_log.ts";
import { PrivateSection, SECTION_MAP_READ_WRITE } from "../win32/private_section.ts";
import { SuspendedProgram } from "../win32/suspended_program.ts";

/** How to record a program. */
export interface RecordedProgramOptions extends NewLogOptions {
  /** Where the log is kept; by default a temporary file that is removed with the program. */
  readonly log?: string;
}

const DLLS = { 64: "recorder64.dll", 32: "recorder32.dll" } as const;
const DLL_FOLDER = packageFile("recorder/bin/");
/** The log is filled in pieces of this many bytes. */
const PIECE = 0x10_0000;

/** A program with the recorder in it, suspended at its first instruction. Disposing it before it has run ends it. */
export class RecordedProgram implements Disposable {
  /** Id of its process. */
  readonly processId: number;
  /** Path of its log. */
  readonly log: string;
  readonly #program: SuspendedProgram;
  readonly #resources: DisposableStack;

  /** Starts a program with its arguments; it gets our standard streams and working directory. */
  constructor(command: readonly string[], options: RecordedProgramOptions = {}) {
    const name = command[0] ?? "";
    using resources = new DisposableStack();
    const folder = asciiFolder(name);
    resources.defer(() => removeQuietly(folder));
    this.log = options.log ?? `${folder}\\recorder.hrec`;
    const { header, size } = newLog(options);
    makeLog(name, this.log, header, size);
    const section = resources.use(new PrivateSection(this.log));
    this.#program = resources.use(new SuspendedProgram(command));
    this.processId = this.#program.processId;
    injectRecorder(name, this.#program, folder, section, size);
    this.#resources = resources.move();
  }

  /** Runs the program to its end, and returns its exit status, an unsigned 32-bit number. */
  runToExit(): Promise<number> {
    return this.#program.runToExit();
  }

  /** Ends the program if it has not run, and removes everything made for it except a log that the user asked for. */
  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }
}

/** Puts the recorder into a suspended program. */
function injectRecorder(
  name: string,
  program: SuspendedProgram,
  folder: string,
  section: PrivateSection,
  sectionSize: number,
): void {
  const { isSignedOnly, hasFixedCode, isProtected } = program.restrictions;
  if (isProtected) throw notRecordable(name, "it is a protected process");
  if (isSignedOnly) throw notRecordable(name, "it loads signed DLLs only");
  if (hasFixedCode) throw notRecordable(name, "its code may not be changed");
  const base = program.imageBase;
  const image = readProgramImage(name, (rva, length) => program.read(base + BigInt(rva), length));
  const is64Bit = !program.isWow64;
  const dllPath = copyDll(folder, is64Bit ? 64 : 32);
  const room = program.allocateAfter(base, image.size, injectionSize(image, dllPath));
  const { page, changes } = planInjection(image, base, Number(room - base), is64Bit, {
    dllPath,
    section: program.giveHandle(section.handle, SECTION_MAP_READ_WRITE),
    sectionSize,
  });
  program.write(room, page);
  for (const { rva, bytes } of changes) program.write(base + BigInt(rva), bytes);
}

/**
 * Makes a folder for the DLL and the log. Its path must be ASCII, because an import's name is read in the system's code
 * page. The user's temporary folder is tried first; its path contains the user's name.
 */
function asciiFolder(program: string): string {
  const candidates = [undefined, Deno.env.get("ProgramData")];
  for (const dir of candidates) {
    const folder = makeFolder(dir);
    if (folder !== undefined && /^[\x20-\x7e]*$/.test(folder)) return folder;
    if (folder !== undefined) Deno.removeSync(folder);
  }
  throw notRecordable(
    program,
    "no folder for the recorder's DLL can be written whose path is ASCII",
    "set TEMP to one",
  );
}

function makeFolder(dir: string | undefined): string | undefined {
  try {
    return Deno.makeTempDirSync({ prefix: "htrace-", ...(dir !== undefined && { dir }) });
  } catch {
    return undefined;
  }
}

function copyDll(folder: string, width: 64 | 32): string {
  const path = `${folder}\\${DLLS[width]}`;
  Deno.writeFileSync(path, Deno.readFileSync(new URL(DLLS[width], DLL_FOLDER)));
  return path;
}

/** Writes the whole file, so that a full disk shows before the program runs: a write to a mapped page cannot fail. */
function makeLog(program: string, path: string, header: Uint8Array, size: number): void {
  try {
    using file = Deno.openSync(path, { write: true, create: true, truncate: true });
    const piece = new Uint8Array(PIECE);
    for (let written = 0; written < size;) {
      written += file.writeSync(piece.subarray(0, Math.min(PIECE, size - written)));
    }
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(header);
  } catch (error) {
    throw notRecordable(
      program,
      `its log "${path}" cannot be written: ${fileReason(error)}`,
      "make room or choose another place",
    );
  }
}

function removeQuietly(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    // The program may have left a child that has the DLL mapped.
  }
}
