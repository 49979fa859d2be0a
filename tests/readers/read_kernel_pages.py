"""The pages that PyPI's `kdmp-parser` finds in a 64-bit kernel dump, as JSON: for tests/readers/kernel_dump_test.ts."""

import json
import pathlib
import sys

import kdmp_parser

dump = kdmp_parser.KernelDumpParser(pathlib.Path(sys.argv[1]))
pages = {str(address >> 12): page.hex() for address, page in dump.pages.items()}
print(json.dumps({"processHead": hex(dump.header.PsActiveProcessHead), "pages": pages}))
