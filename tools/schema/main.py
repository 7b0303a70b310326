#!/usr/bin/env python3
"""Reads schema/*.ph and writes C (docs/schema.md).

main.py --out DIR FILE…     writes the generated sources into DIR
main.py --docs DIR FILE…    writes storage.md and messages.md into DIR
main.py --repin FILE…       rewrites pins.txt beside the first file
"""

import argparse
import os
import sys

import emit_docs
import pins
from emit_metadata import emit_metadata
from emit_protocol import emit_protocols, emit_subsystems
from emit_runtime import emit_runtime
from emit_types import emit_types
from model import Model
from output import Files, write_if_changed
from syntax import SchemaError, parse_files


def run(args):
    model = Model(parse_files(args.files))
    files = Files()
    emit_types(model, files)
    emit_protocols(model, files)
    emit_runtime(model, files)
    emit_metadata(model, files)
    emit_subsystems(model, files)
    pins_path = args.pins or os.path.join(os.path.dirname(args.files[0]), "pins.txt")
    if args.repin:
        write_if_changed(pins_path, pins.render(model))
    else:
        pins.check(model, pins_path)
    if args.docs:
        write_if_changed(os.path.join(args.docs, "storage.md"), emit_docs.storage_page(model))
        write_if_changed(os.path.join(args.docs, "messages.md"), emit_docs.messages_page(model))
    if args.out:
        files.write(args.out)


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", metavar="DIR", help="folder of the generated sources")
    parser.add_argument("--docs", metavar="DIR", help="folder of storage.md and messages.md")
    parser.add_argument("--repin", action="store_true", help="accept the present formats as those of the present versions")
    parser.add_argument("--pins", metavar="FILE", help="instead of pins.txt beside the first schema file")
    parser.add_argument("files", nargs="+", metavar="FILE")
    try:
        run(parser.parse_args(argv))
    except (SchemaError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
