"""Plants violations in a scratch tree and sees that tidy.py finds each, and nothing else."""
import os
import tempfile

import rules
import tidy

# A file of src/ must be included and a header used, so clean files come in pairs.
CLEAN = {
    "src/base/a.h": "int ph_a(void);\n",
    "src/base/a.c": '#include "base/a.h"\n\nstatic const int table[] = {1};\nconst char *const names[] = {"malloc(1)"};\n'
                    "struct later;\n\nint ph_a(void)\n{\n    return table[0]; /* malloc(1) TODO(#7) */\n}\n",
    "src/scale/b.c": '#include "base/a.h"\n\nstatic int accept(int x)\n{\n    return x;\n}\n\nint ph_b(void)\n{\n    disk->remove(1);\n    x.time(2);\n    accept(3);\n    return ph_a();\n}\n',
    "src/node/one/one.h": "int ph_one(void);\n",
    "src/node/one/one.c": '#include "node/one/one.h"\n#include "protocol/two.h"\n#include "base/a.h"\n',
    "src/env/real/clock.c": "long ph_now(void)\n{\n    return time(0);\n}\n",
    "src/runtime/wasm32/libc.c": "void *malloc(int n)\n{\n    return calloc(n);\n}\n",
    "tests/a/test_a.c": "static void works(void **state)\n{\n    assert_true(1);\n}\n\nTESTS(works)\n",
    "tests/a/test_b.c": '#include "support/many.h"\n',
    "tests/support/many.h": "void many(void);\n",
    "tests/support/many.c": '#include "support/many.h"\n\nvoid many(void)\n{\n    assert_true(1);\n}\n',
    "tools/main.py": "import helper\n",
    "tools/helper.py": "A = 1\n",
    "fuzz/fuzz_a.c": "int LLVMFuzzerTestOneInput(void);\n",
}

LONG_BODY = "    x();\n" * (rules.FUNCTION_LINES_MAX + 5)

# (what is planted: path, text; the message that must come: line, rule, part of its text)
PLANTED = [
    ("src/base/up.c", '#include "scale/b.h"\n', 1, "floors", "does not stand below"),
    ("src/crypto/side.c", '\n#include "scale/b.h"\n', 2, "floors", "does not stand below"),
    ("src/sim/side.c", '#include "rpc/x.h"\n', 1, "floors", "does not stand below"),
    ("src/base/bare.c", '#include "a.h"\n', 1, "floors", "room/file.h"),
    ("src/base/dots.c", '#include "../base/a.h"\n', 1, "floors", "room/file.h"),
    ("src/base/where.c", '#include "attic/a.h"\n', 1, "floors", "not a room"),
    ("src/node/two/two.c", '#include "node/one/one.h"\n', 1, "floors", "never another subsystem"),
    ("src/node/three/three.c", '#include "service/x.h"\n', 1, "floors", "does not stand below"),
    ("src/node/four/four.c", '#include "runtime/host.h"\n', 1, "floors", "runtime API calls only"),
    ("src/runtime/hash.c", '#include "trie/state.h"\n', 1, "floors", "may include only"),
    ("src/trie/copy.c", "void f(void)\n{\n    strcpy(a, b);\n}\n", 3, "call", "strcpy"),
    ("src/trie/print.c", "void f(void)\n{\n    g(sprintf(a, b));\n}\n", 3, "call", "sprintf"),
    ("src/trie/random.c", "int f(void)\n{\n    return rand();\n}\n", 3, "call", "rand"),
    ("src/trie/clock.c", "int f(void)\n{\n    return time (0);\n}\n", 3, "call", "time"),
    ("src/env/sim/clock.c", "int f(void)\n{\n    return time(0);\n}\n", 3, "call", "time"),
    ("src/trie/heap.c", "void f(void)\n{\n    a = malloc(1);\n}\n", 3, "call", "malloc"),
    ("src/trie/sure.c", "void f(void)\n{\n    assert(1);\n}\n", 3, "call", "assert"),
    ("src/chain/home.c", 'void f(void)\n{\n    a = getenv("X");\n}\n', 3, "call", "getenv"),
    ("src/chain/file.c", 'void f(void)\n{\n    a = fopen("X", "r");\n}\n', 3, "call", "fopen"),
    ("src/trie/global.c", "static int counter;\n", 1, "call", "global"),
    ("src/trie/public.c", "struct x *ph_list[4] = {0};\n", 1, "call", "global"),
    ("src/trie/hidden.c", "void f(void)\n{\n    static int calls = 0;\n}\n", 3, "call", "global"),
    ("src/trie/long.c", "\n" * (rules.FILE_LINES_MAX) + "int x(void);\n", 1, "file-length", "801 lines"),
    ("src/trie/function.c", "int f(int a,\n      int b)\n{\n" + LONG_BODY + "}\n", 1, "function-length", "f has"),
    ("tools/idle.py", "A = 1\n", 1, "dead", "nothing imports or runs"),
    ("tools/test_long.py", "def f():\n" + LONG_BODY, 1, "function-length", "f has"),
    ("src/trie/later.c", "int a(void);\n/* TO" + "DO: more */\n", 2, "todo", "without an issue"),
    ("tools/main.py", "import helper  # FIX" + "ME\n", 1, "todo", "without an issue"),
    ("docs/where.md", "look into " + rules.MACHINE_PATHS[0] + "x\n", 1, "machine", "path of one machine"),
    ("src/trie/space.c", "int a(void); \n", 1, "space", "white space"),
    ("src/trie/unused.h", "int a(void);\n", 1, "dead", "no file includes"),
    ("src/trie/empty.c", "\n", 1, "dead", "empty file"),
    ("src/attic/a.c", "int a(void);\n", 1, "dead", "not in a room"),
    ("tests/a/helper.c", "int a(void);\n", 1, "dead", "test_*.c"),
    ("tests/a/test_idle.c", "static void runs(void **state)\n{\n    fail();\n}\nstatic void idles(void **state)\n{\n}\n"
                            "TESTS(runs)\n", 5, "dead", "idles never runs"),
    ("tests/a/test_lazy.c", "int main(void);\n", 1, "dead", "asserts nothing"),
    ("fuzz/fuzz_b.c", "int x(void);\n", 1, "dead", "without LLVMFuzzerTestOneInput"),
]


def write(root, path, text):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as file:
        file.write(text)


def messages(root, ratchet=None):
    report = tidy.check_tree(root)
    tidy.apply_ratchet(report, ratchet or {}, "ratchet.txt")
    return sorted(report.messages)


def planted_is_found(path, text, line, rule, part):
    with tempfile.TemporaryDirectory() as root:
        for clean_path, clean_text in CLEAN.items():
            write(root, clean_path, clean_text)
        write(root, path, text)
        found = messages(root)
        good = [m for m in found if m[0] == path and m[1] == line and m[2] == rule and part in m[3]]
        if len(found) == len(good) == 1:
            return True
        print(f"self-test: {path}: expected line {line}, {rule}, {part!r}; found {found}")
        return False


def ratchet_only_goes_down():
    ok = True
    with tempfile.TemporaryDirectory() as root:
        write(root, "src/trie/heap.c", "void f(void)\n{\n    free(1);\n    free(2);\n}\n")
        key = "call src/trie/heap.c free"
        for tolerated, want in [(1, "tolerated 1"), (2, None), (3, "lower to 2")]:
            found = messages(root, {key: (tolerated, 1)})
            ok &= [want in m[3] for m in found] == ([True] if want else [])
        ok &= [("remove this line" in m[3]) for m in messages(root, {key: (2, 1), "call src/x.c free": (1, 2)})] == [True]
        path = os.path.join(root, "ratchet.txt")
        write(root, "ratchet.txt", f"# why\n{key} 33\ncall src/x.c free 1\n")
        tidy.lower_ratchet(path, tidy.check_tree(root))
        with open(path, encoding="utf-8") as file:
            ok &= file.read() == f"# why\n{key} 2\n"
    if not ok:
        print("self-test: the ratchet lets numbers rise or stay too high")
    return ok


def run():
    with tempfile.TemporaryDirectory() as root:
        for path, text in CLEAN.items():
            write(root, path, text)
        found = messages(root)
    if found:
        print(f"self-test: the clean tree is not clean: {found}")
    results = [planted_is_found(*planted) for planted in PLANTED] + [ratchet_only_goes_down(), not found]
    print(f"{sum(results)} of {len(results)} planted cases found")
    return 0 if all(results) else 1
