"""What PyPI's `volatility3` finds in a 32-bit kernel dump of Windows XP, as JSON: for tests/readers/kernel_dump_test.ts.

Its own plugins need the kernel's symbols from Microsoft, which our guest does not have. So its layers translate and
read, and the few structures are walked here, by their offsets on Windows XP.
"""

import json
import pathlib
import struct
import sys

from volatility3.framework import contexts
from volatility3.framework.layers import crash, intel, physical

context = contexts.Context()
context.config["file.location"] = pathlib.Path(sys.argv[1]).resolve().as_uri()
context.add_layer(physical.FileLayer(context, "file", "file"))
context.config["dump.base_layer"] = "file"
dump = crash.WindowsCrashDump32Layer(context, "dump", "dump")
context.add_layer(dump)
header = dump.get_header()
context.config["kernel.memory_layer"] = "dump"
context.config["kernel.page_map_offset"] = int(header.DirectoryTableBase)
kernel = intel.WindowsIntel(context, "kernel", "kernel")
context.add_layer(kernel)


def word(address):
    return struct.unpack("<I", kernel.read(address, 4))[0]


def links(head):
    link = word(head)
    while link != head:
        yield link
        link = word(link)


def text(address):
    length, _, buffer = struct.unpack("<HHI", kernel.read(address, 8))
    return kernel.read(buffer, length).decode("utf-16-le")


def traces(table):
    database = word(table + 0x28)
    if database == 0:
        return None
    slot = word(database) % 4096
    found = []
    while len(found) < 4096:
        record = struct.unpack("<20I", kernel.read(database + 4 + slot * 0x50, 0x50))
        if record[3] == 0:
            break
        stack = [hex(address) for address in record[4:] if address != 0]
        found.append({"type": record[3], "handle": record[2], "stack": stack})
        slot = (slot - 1) % 4096
    return found


processes = [link - 0x88 for link in links(int(header.PsActiveProcessHead))]
print(
    json.dumps(
        {
            "build": int(header.MinorVersion),
            "dumpType": int(header.DumpType),
            "comment": context.layers["file"].read(0x820, 128).split(b"\0")[0].decode(),
            "debuggerData": kernel.read(int(header.KdDebuggerDataBlock) + 0x10, 4).decode(),
            "modules": [text(link + 0x24) for link in links(int(header.PsLoadedModuleList))],
            "processes": [
                {
                    "process": hex(process),
                    "processId": word(process + 0x84),
                    "imageName": kernel.read(process + 0x174, 16).split(b"\0")[0].decode(),
                    "traces": traces(word(process + 0xC4)) if word(process + 0xC4) else None,
                }
                for process in processes
            ],
        }
    )
)
