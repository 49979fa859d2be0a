/**
 * A file as a section that another process can map, and that only this process's user may open.
 *
 * @module
 */
import { resolve } from "node:path";
import type { NtStatus } from "../ntdll.ts";
import {
  ACL_REVISION,
  DACL_SECURITY_INFORMATION,
  FILE_ACCESS,
  FILE_SHARE,
  FILE_SYNCHRONOUS_IO_NONALERT,
  PAGE_READWRITE,
  SEC_COMMIT,
  SECTION_ACCESS,
  SECURITY_DESCRIPTOR_CONTROL,
  SECURITY_DESCRIPTOR_REVISION,
  TOKEN_INFORMATION_CLASS,
  TOKEN_QUERY,
  WRITE_DAC,
} from "./constants.ts";
import { NTDLL } from "./ntdll_functions.ts";
import { ProgramError } from "./program.ts";
import { OBJECT_ATTRIBUTES, Structure, UNICODE_STRING } from "./structures.ts";
import { systemLibrary } from "./system_library.ts";

/** What this file calls. */
const FUNCTIONS = {
  NtOpenFile: NTDLL.NtOpenFile,
  NtCreateSection: NTDLL.NtCreateSection,
  NtSetSecurityObject: NTDLL.NtSetSecurityObject,
  NtOpenProcessToken: NTDLL.NtOpenProcessToken,
  NtQueryInformationToken: NTDLL.NtQueryInformationToken,
  NtClose: NTDLL.NtClose,
} as const satisfies Deno.ForeignLibraryInterface;

const { SECTION_MAP_READ, SECTION_MAP_WRITE, SECTION_QUERY } = SECTION_ACCESS;
const { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_ALL_ACCESS } = FILE_ACCESS;
const { FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_SHARE_DELETE } = FILE_SHARE;
const { SE_DACL_PRESENT, SE_DACL_PROTECTED, SE_SELF_RELATIVE } = SECURITY_DESCRIPTOR_CONTROL;

/** What a process needs to map a section and write to it. */
export const SECTION_MAP_READ_WRITE: number = SECTION_MAP_READ | SECTION_MAP_WRITE;

/** A section of a whole file. Disposing it closes the handle. */
export class PrivateSection implements Disposable {
  /** The section, a handle of this process. */
  readonly handle: bigint;
  readonly #resources: DisposableStack;

  /** Opens the file, which must exist at its full size, and denies access to everyone but this process's user. */
  constructor(path: string) {
    const check = (status: NtStatus, found: string): void => {
      if (status >>> 30 !== 3) return;
      const code = `0x${status.toString(16).toUpperCase()}`;
      throw new ProgramError(
        `Cannot share the log "${path}": ${found} (${code}); choose another folder for it`,
      );
    };
    using resources = new DisposableStack();
    const library = Deno.dlopen(systemLibrary("ntdll.dll"), FUNCTIONS);
    resources.defer(() => library.close());
    const ntdll = library.symbols;
    const file = new BigInt64Array(1);
    using name = new ObjectName(ntPath(resolve(path)));
    const status = ntdll.NtOpenFile(
      file,
      FILE_GENERIC_READ | FILE_GENERIC_WRITE | WRITE_DAC,
      name.attributes,
      new BigUint64Array(2), // IO_STATUS_BLOCK
      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
      FILE_SYNCHRONOUS_IO_NONALERT,
    );
    check(status, "it cannot be opened");
    resources.defer(() => ntdll.NtClose(file[0]!));
    // Fails on file systems without access rights, such as FAT: there is nothing to restrict.
    const sid = userSid(ntdll);
    if (sid.length > 0) {
      ntdll.NtSetSecurityObject(file[0]!, DACL_SECURITY_INFORMATION, descriptorFor(sid));
    }
    const section = new BigInt64Array(1);
    check(
      ntdll.NtCreateSection(
        section,
        SECTION_QUERY | SECTION_MAP_READ_WRITE,
        null,
        null,
        PAGE_READWRITE,
        SEC_COMMIT,
        file[0]!,
      ),
      "it cannot be mapped",
    );
    this.handle = section[0]!;
    resources.defer(() => ntdll.NtClose(this.handle));
    this.#resources = resources.move();
  }

  /** Closes the section and the file. */
  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }
}

/** The name for NT calls: `\??\` and a full path. */
export function ntPath(path: string): string {
  const whole = path.replaceAll("/", "\\");
  if (whole.startsWith("\\\\?\\")) return `\\??\\${whole.slice(4)}`;
  return whole.startsWith("\\\\") ? `\\??\\UNC${whole.slice(1)}` : `\\??\\${whole}`;
}

/** An OBJECT_ATTRIBUTES with its UNICODE_STRING and text, which must stay in place while it is used. */
class ObjectName implements Disposable {
  readonly attributes: Uint8Array<ArrayBuffer>;
  readonly #kept: unknown[];

  constructor(text: string) {
    const letters = Uint16Array.from(text, (letter) => letter.charCodeAt(0));
    const name = new Structure(UNICODE_STRING.size)
      .set(UNICODE_STRING.Length, letters.byteLength)
      .set(UNICODE_STRING.MaximumLength, letters.byteLength)
      .set(UNICODE_STRING.Buffer, addressOf(letters));
    this.attributes = new Structure(OBJECT_ATTRIBUTES.size)
      .set(OBJECT_ATTRIBUTES.Length, OBJECT_ATTRIBUTES.size)
      .set(OBJECT_ATTRIBUTES.ObjectName, addressOf(name.bytes)).bytes;
    this.#kept = [letters, name];
  }

  [Symbol.dispose](): void {
    this.#kept.length = 0;
  }
}

function addressOf(bytes: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>): number {
  return Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

/** TOKEN_USER (winnt.h), 64-bit: a pointer, attributes, and after them the SID that the pointer refers to. */
const TOKEN_USER = { size: 0x100, sid: 0x10 } as const;
/** SID: revision, a count of 4-byte parts, a 6-byte authority, the parts. */
const SID = { count: 1, parts: 8 } as const;

function userSid(
  ntdll: Deno.DynamicLibrary<typeof FUNCTIONS>["symbols"],
): Uint8Array<ArrayBuffer> {
  const token = new BigInt64Array(1);
  const buffer = new Uint8Array(TOKEN_USER.size);
  const length = new Uint32Array(1);
  if (ntdll.NtOpenProcessToken(-1n, TOKEN_QUERY, token) !== 0) return new Uint8Array(0);
  const status = ntdll.NtQueryInformationToken(
    token[0]!,
    TOKEN_INFORMATION_CLASS.TokenUser,
    buffer,
    buffer.length,
    length,
  );
  ntdll.NtClose(token[0]!);
  if (status !== 0) return new Uint8Array(0);
  const parts = buffer[TOKEN_USER.sid + SID.count]!;
  return buffer.slice(TOKEN_USER.sid, TOKEN_USER.sid + SID.parts + 4 * parts);
}

/** SECURITY_DESCRIPTOR_RELATIVE, ACL and ACCESS_ALLOWED_ACE (winnt.h). */
const DESCRIPTOR = { size: 0x14, dacl: 0x10 } as const;
const ACL = { size: 8 } as const;
const ACE = { size: 8 } as const;

/** A security descriptor that allows one user everything and everyone else nothing. */
function descriptorFor(sid: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const aclSize = ACL.size + ACE.size + sid.length;
  const bytes = new Uint8Array(DESCRIPTOR.size + aclSize);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, SECURITY_DESCRIPTOR_REVISION);
  view.setUint16(2, SE_DACL_PRESENT | SE_DACL_PROTECTED | SE_SELF_RELATIVE, true);
  view.setUint32(DESCRIPTOR.dacl, DESCRIPTOR.size, true);
  view.setUint8(DESCRIPTOR.size, ACL_REVISION);
  view.setUint16(DESCRIPTOR.size + 2, aclSize, true);
  view.setUint16(DESCRIPTOR.size + 4, 1, true); // entries
  const ace = DESCRIPTOR.size + ACL.size;
  view.setUint16(ace + 2, ACE.size + sid.length, true);
  view.setUint32(ace + 4, FILE_ALL_ACCESS, true);
  bytes.set(sid, ace + ACE.size);
  return bytes;
}
