import { assertEquals } from "@std/assert";
import { WindowsMetadata } from "./metadata_fixture.ts";

const WIN32 = "win32more.Windows.Win32.Foundation";
const METADATA = new WindowsMetadata(
  new Map([
    [
      WIN32,
      `from __future__ import annotations
HANDLE = VoidPtr
HRESULT = Int32
E_FAIL: ${WIN32}.HRESULT = -2147467259
if ARCH in 'ARM64':
    class CONTEXT(Structure):
        Pc: UInt64
elif ARCH in 'X86,X64':
    class CONTEXT(Structure):
        Flags: UInt32
        Anonymous: _Anonymous_e__Union
        Last: Byte
        class _Anonymous_e__Union(Union):
            Wide: UInt64
            Half: UInt16 * 2
class PACKED(Structure):
    Kind: ${WIN32}.KIND
    Handle: ${WIN32}.HANDLE
    _pack_ = 2
class KIND(Enum, UInt16):
    First = 0
@winfunctype('ntdll.dll')
def NtOpen(Handle: POINTER(${WIN32}.HANDLE), Kind: ${WIN32}.KIND, Name: String) -> ${WIN32}.HRESULT: ...
class IUnknown(ComPtr):
    extends: None
    _iid_ = Guid('{00000000-0000-0000-c000-000000000046}')
    @commethod(2)
    def Release(self) -> UInt32: ...
class IClient(ComPtr):
    extends: ${WIN32}.IUnknown
    _iid_ = Guid('{ca83c3de-5089-4cf8-93c8-d892387f2a5e}')
    @commethod(3)
    def Attach(self, Server: UInt64, Client: ${WIN32}.IClient) -> ${WIN32}.HRESULT: ...
`,
    ],
  ]),
);

function places(name: string): unknown {
  const structure = METADATA.structure(name);
  return {
    size: structure?.size,
    offsets: Object.fromEntries(
      [...structure?.members ?? []].map(([member, { offset }]) => [member, offset]),
    ),
  };
}

Deno.test("WindowsMetadata lays out x64 structures, with members of anonymous unions as their own", () => {
  const offsets = { Flags: 0, Anonymous: 8, Wide: 8, Half: 8, Last: 0x10 };
  assertEquals(places("CONTEXT"), { size: 0x18, offsets });
});

Deno.test("WindowsMetadata respects packing and the width of an enumeration", () => {
  assertEquals(places("PACKED"), { size: 10, offsets: { Kind: 0, Handle: 2 } });
});

Deno.test("WindowsMetadata returns a function's parameters and result", () => {
  const { parameters, result } = METADATA.function("NtOpen")!;
  assertEquals(parameters.map(({ size, isPointer }) => [size, isPointer]), [
    [8, true],
    [2, false],
    [8, true],
  ]);
  assertEquals(result.size, 4);
});

Deno.test("WindowsMetadata returns an interface's inherited methods, each without its object", () => {
  const { iid, methods } = METADATA.interface("IClient")!;
  assertEquals(iid, "ca83c3de-5089-4cf8-93c8-d892387f2a5e");
  assertEquals(
    [...methods].map(([name, { slot, parameters }]) => [name, slot, parameters.length]),
    [
      ["Release", 2, 0],
      ["Attach", 3, 2],
    ],
  );
});

Deno.test("WindowsMetadata returns constants as declared, and undefined for unknown names", () => {
  assertEquals(METADATA.constant("E_FAIL"), -0x7fff_bffb);
  assertEquals(METADATA.constant("HRESULT"), undefined);
  assertEquals(METADATA.structure("IClient"), undefined);
  assertEquals(METADATA.function("NtClose"), undefined);
});
