"""What PyPI's `minidump` finds in a dump, as JSON: for tests/readers/minidump_test.ts."""

import json
import logging
import sys

from minidump.minidumpfile import MinidumpFile

# It looks for a PEB in every dump and complains at length if there is none.
logging.disable(logging.CRITICAL)
dump = MinidumpFile.parse(sys.argv[1])


def raw(stream_type):
    """The bytes of a stream that the package lists but does not parse."""
    for entry in dump.directories:
        if entry.StreamType.value == stream_type:
            dump.file_handle.seek(entry.Location.Rva)
            return dump.file_handle.read(entry.Location.DataSize).hex()
    return None


print(
    json.dumps(
        {
            "streams": [entry.StreamType.value for entry in dump.directories],
            "architecture": dump.sysinfo.ProcessorArchitecture.value,
            "build": dump.sysinfo.BuildNumber,
            "processId": dump.misc_info.ProcessId,
            "createTime": dump.misc_info.ProcessCreateTime,
            "modules": [
                {
                    "base": hex(module.baseaddress),
                    "size": module.size,
                    "path": module.name,
                    "timestamp": module.timestamp,
                    "checksum": module.checksum,
                }
                for module in dump.modules.modules
            ],
            "threads": [thread.ThreadId for thread in dump.threads.threads],
            "handles": [
                {
                    "handle": hex(handle.Handle),
                    "type": handle.TypeName,
                    "name": handle.ObjectName,
                    "grantedAccess": handle.GrantedAccess,
                    "handleCount": handle.HandleCount,
                    "pointerCount": handle.PointerCount,
                }
                for handle in dump.handles.handles
            ],
            "operations": raw(18),
            "memory": [
                {"start": hex(segment.start_virtual_address), "size": segment.size}
                for segment in dump.memory_segments.memory_segments
            ],
        }
    )
)
