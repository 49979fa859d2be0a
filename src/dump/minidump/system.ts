/**
 * The system of a minidump: SystemInfo (7).
 *
 * @module
 */
import type { PointerSize } from "../../memory.ts";
import { type DumpFile, hex } from "../dump_file.ts";
import type { StreamLocation } from "./dump.ts";
import { SYSTEM_INFO } from "./format.ts";
import type { StringTable } from "./_strings.ts";

/** The system that the process ran on. */
export interface SystemInfo {
  /** PROCESSOR_ARCHITECTURE_*: see {@linkcode ARCHITECTURES}. */
  readonly architecture: number;
  /** Width of an address in bytes. */
  readonly pointerSize: PointerSize;
  /** Number of processors. */
  readonly processors: number;
  /** 1 workstation, 2 domain controller, 3 server. */
  readonly productType: number;
  /** Major version, such as 10. */
  readonly majorVersion: number;
  /** Minor version. */
  readonly minorVersion: number;
  /** Build number, such as 19041. */
  readonly buildNumber: number;
  /** 2 for Windows NT and its successors. */
  readonly platform: number;
  /** Service pack or another addition to the version; empty if there is none. */
  readonly servicePack: string;
}

/** A processor architecture. */
export interface Architecture {
  /** Display name. */
  readonly name: string;
  /** Width of an address in bytes. */
  readonly pointerSize: PointerSize;
}

/**
 * PROCESSOR_ARCHITECTURE_* of `winnt.h`; those from 0x8001 on are Breakpad's (`minidump_format.h`). A WoW64 process is
 * x86 if a 32-bit writer dumped it, and has the 64-bit system's architecture if a 64-bit writer did.
 */
export const ARCHITECTURES: Readonly<Record<number, Architecture>> = {
  0: { name: "x86", pointerSize: 4 },
  5: { name: "ARM", pointerSize: 4 },
  6: { name: "IA-64", pointerSize: 8 },
  9: { name: "x64", pointerSize: 8 },
  10: { name: "x86 on x64", pointerSize: 4 },
  12: { name: "ARM64", pointerSize: 8 },
  13: { name: "ARM on ARM64", pointerSize: 4 },
  14: { name: "x86 on ARM64", pointerSize: 4 },
  0x8003: { name: "ARM64", pointerSize: 8 },
};

/** PlatformId values of other systems whose crash reporters write minidumps (Breakpad's `minidump_format.h`). */
const FOREIGN_PLATFORMS: Readonly<Record<number, string>> = {
  0x8000: "Unix",
  0x8101: "macOS",
  0x8102: "iOS",
  0x8201: "Linux",
  0x8202: "Solaris",
  0x8203: "Android",
  0x8204: "PlayStation 3",
  0x8205: "Native Client",
  0x8206: "Fuchsia",
};

/**
 * Reads SystemInfo.
 *
 * @throws {FormatError} if the dump has none, or its system is not Windows, or its processor is unknown: without the
 * width of its addresses nothing in it can be read.
 */
export function readSystemInfo(
  file: DumpFile,
  strings: StringTable,
  stream?: StreamLocation,
): SystemInfo {
  if (stream === undefined || stream.size < SYSTEM_INFO.size) {
    throw file.error(
      "it has no system information (stream 7), so the width of its addresses is unknown",
    );
  }
  const info = file.structure(SYSTEM_INFO, stream.offset, "system information");
  const foreign = FOREIGN_PLATFORMS[info.PlatformId];
  if (foreign !== undefined) {
    throw file.error(`it is of a process on ${foreign}, which has no Windows handles`, {
      advice: "take a dump of a Windows process",
    });
  }
  const architecture = ARCHITECTURES[info.ProcessorArchitecture];
  if (architecture === undefined) {
    throw file.error(
      `its processor architecture, ${hex(info.ProcessorArchitecture)}, is not known`,
    );
  }
  return {
    architecture: info.ProcessorArchitecture,
    pointerSize: architecture.pointerSize,
    processors: info.NumberOfProcessors,
    productType: info.ProductType,
    majorVersion: info.MajorVersion,
    minorVersion: info.MinorVersion,
    buildNumber: info.BuildNumber,
    platform: info.PlatformId,
    servicePack: strings.at(info.CSDVersionRva) ?? "",
  };
}
