import { assert, assertEquals } from "@std/assert";
import { CODE_OWNERS, codeOwner, codeOwnerByName, comparableName } from "./own_code.ts";

/** By name only, as in a pasted log. */
const BY_NAME: Readonly<Record<string, readonly string[]>> = {
  system: [
    ...[
      "ntdll",
      "KERNEL32",
      "KERNELBASE",
      "kernel32",
      "user32",
      "ole32",
      "rpcrt4",
      "combase",
      "crypt32",
    ],
    ...[
      "winhttp",
      "ws2_32",
      "mswsock",
      "windows_storage",
      "twinapi_appcore",
      "gdi32full",
      "win32u",
    ],
    ...["MSVCR120", "msvcr90", "msvcp140", "MSVCP140D", "vcruntime140_1", "ucrtbase", "ucrtbased"],
    ...["libwinpthread_1", "libwinpthread-1", "libstdc++-6", "libgcc_s_seh-1", "cygwin1"],
    ...[
      "vfbasics",
      "vrfcore",
      "verifier",
      "nt",
      "ntoskrnl",
      "ntkrpamp",
      "hal",
      "win32kfull",
      "Ntfs",
      "afd",
    ],
    ...[
      "TimeBrokerClient",
      "SystemEventsBrokerClient",
      "FirewallAPI",
      "twinui.pcshell",
      "msquic",
      "SystemSettings.DataModel",
      "wow64",
      "wow64cpu",
      "ntdll_77a10000",
      "winex11",
      "api-ms-win-core-file-l1-1-0",
      "std-0123456789abcdef",
    ],
  ],
  framework: [
    ...["clr", "coreclr", "clrjit", "mscorlib_ni", "mscorlib.ni", "mscorwks", "System_Net_Http_ni"],
    ...[
      "System_Private_CoreLib",
      "System.Private.CoreLib",
      "Microsoft_Extensions_Hosting",
      "System",
    ],
    ...[
      "node",
      "libuv",
      "electron",
      "python312",
      "python3",
      "python27_d",
      "_socket",
      "jvm",
      "j9vm29",
    ],
    ...[
      "Qt5Core",
      "Qt6Widgets",
      "QtGui4",
      "Qt5Cored",
      "mfc140u",
      "mfc42",
      "perl532",
      "x64-ucrt-ruby320",
      "tcl86t",
    ],
  ],
  own: [
    ...[
      "ordersvc",
      "paintlab",
      "netagent",
      "nodecam",
      "_pyprobe",
      "pyprobe",
      "ordfilt",
      "invoicer",
      "invoicer_ni",
    ],
    ...[
      "systematic",
      "SystemCheck",
      "microsoftie",
      "ntdllhook",
      "monitor",
      "watchdog",
      "tunnel",
      "standard",
      "qtpie",
      "quiz",
      "版本",
    ],
  ],
};

for (const [owner, names] of Object.entries(BY_NAME)) {
  Deno.test(`codeOwner() recognizes by name alone what is ${owner}`, () => {
    assertEquals(names.filter((name) => codeOwnerByName(name) !== owner), []);
  });
}

Deno.test("codeOwner() decides by the folder if a path is known", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["odd", "C:\\Windows\\System32\\odd.dll", "system"],
    ["odd", "C:\\WINDOWS\\SysWOW64\\odd.dll", "system"],
    ["odd", "\\SystemRoot\\System32\\drivers\\odd.sys", "system"],
    ["odd", "\\Device\\HarddiskVolume3\\Windows\\odd.exe", "system"],
    ["comctl32", "C:\\Windows\\WinSxS\\amd64_x\\comctl32.dll", "system"],
    ["odd", "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\odd.dll", "framework"],
    ["odd", "C:\\Windows\\assembly\\NativeImages_v4.0.30319_64\\odd\\1f\\odd.ni.dll", "framework"],
    [
      "odd",
      "C:\\Program Files\\dotnet\\shared\\Microsoft.NETCore.App\\8.0.1\\odd.dll",
      "framework",
    ],
    ["clr", "C:\\Windows\\System32\\clr.dll", "framework"],
    ["msvcp140", "C:\\Apps\\msvcp140.dll", "system"],
    ["Qt6Core", "D:\\app\\Qt6Core.dll", "framework"],
    ["version", "C:\\Apps\\version.dll", "own"],
    ["odd", "D:\\src\\windows\\build\\odd.exe", "own"],
    ["odd", "C:\\Windows\\Temp\\odd.dll", "own"],
    ["odd", "Z:\\usr\\lib\\wine\\x86_64-windows\\odd.dll", "system"],
    ["odd", "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18\\odd.dll", "system"],
    ["ntdll", "ntdll.dll", "system"],
    ["ntdll", "", "system"],
  ];
  for (const [name, path, owner] of cases) assertEquals(codeOwner({ name, path }), owner, path);
});

Deno.test("CODE_OWNERS says where each row is from and has names as they are compared", () => {
  const seen = new Set<string>();
  for (const { what, source, names = "" } of CODE_OWNERS) {
    assert(what !== "" && source !== "");
    for (const name of names.trim().split(/\s+/).filter((name) => name !== "")) {
      assertEquals(comparableName(name), name);
      assert(!seen.has(name), `${name} stands twice`);
      seen.add(name);
    }
  }
});
