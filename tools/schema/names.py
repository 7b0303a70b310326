"""How names of the schema become names in C."""

import re

C_KEYWORDS = frozenset(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true "
    "false asm typeof NULL".split())


def snake(name):
    """CandidateReceipt -> candidate_receipt; acronyms fold (PoV -> pov, UMPSignal -> ump_signal)."""
    name = name.replace("PoV", "Pov")
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return name.lower()


def camel(name):
    """store_chunk -> StoreChunk."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def c_ident(name):
    """A member or parameter name that C accepts."""
    return name + "_" if name in C_KEYWORDS else name


def c_string(text):
    """A C string literal, ASCII only. Octal escapes, as those end after three digits."""
    out = ['"']
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\n")
        elif 32 <= byte < 127 and char != "?":
            out.append(char)
        elif char == "?":
            out.append("?")
        else:
            out.append("\\%03o" % byte)
    return "".join(out) + '"'


def c_bytes(data):
    return ", ".join("0x%02x" % b for b in data)
