"""Appends the custom sections by which a node learns a runtime's version without running it.

    python3 sections.py IN.wasm OUT.wasm PARAMS_H APIS_C [SPEC_VERSION]

`runtime_version` is the SCALE of RuntimeVersion with an empty list of APIs, `runtime_apis` that list: per API 8 bytes of
identifier and the version. (sp-version: embed.) What they say is read out of src/runtime/params.h and the generated
runtime/apis.c, so that it cannot differ from what Core_version answers; a test compares the two. SPEC_VERSION: what the
code was compiled with instead of PH_SPEC_VERSION.
"""

import re
import struct
import sys


def leb(value):
    out = b""
    while True:
        byte, value = value & 0x7F, value >> 7
        if not value:
            return out + bytes([byte])
        out += bytes([byte | 0x80])


def compact(value):
    """SCALE compact of a small number: the lengths of names."""
    assert value < 64
    return bytes([value << 2])


def text(value):
    return compact(len(value)) + value.encode()


def section(name, content):
    body = leb(len(name)) + name.encode() + content
    return b"\x00" + leb(len(body)) + body


def constant(source, name):
    found = re.search(r"#define %s +(?:\"([^\"]*)\"|(\d+))" % name, source)
    if not found:
        sys.exit("params.h: no %s" % name)
    return found.group(1) if found.group(1) is not None else int(found.group(2))


def api_list(source):
    table = re.search(r"ph_api_versions\[\] = \{(.*?)\n\};", source, re.S)
    if not table:
        sys.exit("apis.c: no ph_api_versions")
    out = b""
    for ident, version in re.findall(r"\{\"[^\"]*\", \{([^}]*)\}, (\d+)\}", table.group(1)):
        numbers = [int(n, 0) for n in ident.split(",") if n.strip()]
        assert len(numbers) == 8
        out += bytes(numbers) + struct.pack("<I", int(version))
    if not out:
        sys.exit("apis.c: ph_api_versions is empty")
    return out


def main():
    wasm_path, out_path, params_path, apis_path = sys.argv[1:5]
    with open(params_path, encoding="utf-8") as file:
        params = file.read()
    with open(apis_path, encoding="utf-8") as file:
        apis = api_list(file.read())
    spec_version = int(sys.argv[5]) if len(sys.argv) > 5 else constant(params, "PH_SPEC_VERSION")
    version = text(constant(params, "PH_SPEC_NAME")) + text(constant(params, "PH_IMPL_NAME"))
    version += struct.pack("<III", constant(params, "PH_AUTHORING_VERSION"), spec_version,
                           constant(params, "PH_IMPL_VERSION"))
    version += compact(0) + struct.pack("<IB", constant(params, "PH_TRANSACTION_VERSION"),
                                        constant(params, "PH_SYSTEM_VERSION"))
    with open(wasm_path, "rb") as file:
        wasm = file.read()
    with open(out_path, "wb") as file:
        file.write(wasm + section("runtime_version", version) + section("runtime_apis", apis))


main()
