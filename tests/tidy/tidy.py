#!/usr/bin/env python3
"""Style as a test: floors of the house, banned calls, globals, lengths, notes to do, dead files.

  tidy.py                 checks the repository; status 1 and file:line messages if something is wrong
  tidy.py --self-test     plants violations in a scratch tree and sees that each is found
  tidy.py --lower         lowers numbers of ratchet.txt to what is true now, and drops lines no longer needed
  tidy.py --root DIR      another tree

ratchet.txt beside this file lists what is tolerated: "rule path[ name] number". A number may only go down: more than it
fails, and so does less, with the number to write instead.
"""
import argparse
import ast
import os
import re
import sys

import rules

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
LATER = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b(?!\s*\(?#\d+)")
CALL = re.compile(r"(?<![\w.>])([A-Za-z_]\w*)\s*\(")
OWN_FUNCTION = re.compile(r"^static\b[^;={}()]*?\b(\w+)\([^;{}]*\)\s*\{", re.M)
GLOBAL = re.compile(r"^(?!typedef\b|__extension__\b|extern\b|return\b|goto\b|using\b)(?:[A-Za-z_]\w*[\s*]+)+[A-Za-z_]\w*(?:\[[^\]]*\])*\s*(?:=|;)")
LOCAL_STATIC = re.compile(r"^\s+static\s+(?!const\b|inline\b)(?!.*\bconst\b)(?!.*\w\s*\().*[;=]")


class Tree:
    """The files below root, read once; paths are relative with slashes."""

    def __init__(self, root):
        self.root = root
        self.text = {}
        for folder in rules.FOLDERS:
            for where, names, files in os.walk(os.path.join(root, folder)):
                names[:] = sorted(n for n in names if n not in rules.SKIPPED_FOLDERS)
                for name in sorted(files):
                    if name.endswith(rules.TEXT):
                        self.read(os.path.join(where, name))

    def read(self, path):
        rel = os.path.relpath(path, self.root).replace(os.sep, "/")
        with open(path, encoding="utf-8", errors="replace") as file:
            self.text[rel] = file.read()

    def files(self, *endings, under=""):
        return [p for p in self.text if p.endswith(endings) and p.startswith(under)]


class Report:
    def __init__(self):
        self.messages = []   # (path, line, rule, text)
        self.counts = {}     # ratchet key -> (number, path, line, text)

    def add(self, path, line, rule, text):
        self.messages.append((path, line, rule, text))

    def measure(self, key, number, path, line, text):
        """Something tolerated up to the number in ratchet.txt; several of one key add up."""
        if key in self.counts and key.startswith("call "):
            number += self.counts[key][0]
        self.counts[key] = (number, path, line, text)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def without_comments(text, strings=False):
    """C text with comments (and string contents, if asked) turned into spaces; line numbers stay."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''

    def keep(match):
        is_comment = match.group(0)[0] == "/"
        return blank(match) if is_comment or strings else match.group(0)

    return re.sub(pattern, keep, text, flags=re.S)


# ---- floors ----

def room_of(path):
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else None


def include_problem(path, target):
    """Why may the file `path` of src/ not include "target"? None: it may."""
    room, other = room_of(path), target.split("/")[0]
    if "/" not in target or target.startswith("."):
        return 'write "room/file.h"'
    if room not in rules.FLOORS:
        return f"src/{room}/ is not a room of the house"
    if other not in rules.FLOORS:
        return f"{other}/ is not a room of the house"
    if room in rules.ONLY and not {other, target} & rules.ONLY[room]:
        return f"{room}/ may include only " + ", ".join(sorted(rules.ONLY[room]))
    if other in rules.NEVER.get(room, {}):
        return rules.NEVER[room][other]
    if room == other == "node":
        mine = path.split("/")[2]
        return None if target.split("/")[1] == mine else "a subsystem knows protocol/ headers, never another subsystem"
    if room != other and rules.FLOORS[other] >= rules.FLOORS[room]:
        return f"{other}/ (floor {rules.FLOORS[other]}) does not stand below {room}/ (floor {rules.FLOORS[room]})"
    return None


def check_floors(tree, report):
    for path in tree.files(".c", ".h", under="src/"):
        for number, line in enumerate(without_comments(tree.text[path]).split("\n"), 1):
            match = INCLUDE.match(line)
            problem = match and match.group(1) == '"' and include_problem(path, match.group(2))
            if problem:
                report.add(path, number, "floors", f'#include "{match.group(2)}": {problem}')


# ---- calls and globals ----

def banned_for(path):
    banned = {}
    strict = path.startswith(rules.STILL_BANNED)
    for names, allowed, instead in rules.BANNED_CALLS:
        if not allowed or strict or not path.startswith(allowed):
            banned.update((name, instead) for name in names.split())
    return banned


def check_calls(tree, report):
    for path in tree.files(".c", ".h", under="src/"):
        if any(folder in path for folder in rules.C_LIBRARY_FOLDERS):
            continue
        code = without_comments(tree.text[path], strings=True)
        banned = banned_for(path)
        for own in OWN_FUNCTION.findall(code):
            banned.pop(own, None)
        for number, line in enumerate(code.split("\n"), 1):
            for name in CALL.findall(line):
                if name in banned:
                    report.measure(f"call {path} {name}", 1, path, number, f"{name}(): {banned[name]}")


def check_globals(tree, report):
    """No variable with static storage, unless it is a constant."""
    for path in tree.files(".c", ".h", under="src/"):
        code = without_comments(tree.text[path], strings=True)
        for number, line in enumerate(code.split("\n"), 1):
            is_global = GLOBAL.match(line) and not re.match(r"(struct|union|enum)\s+\w+;", line)
            if (is_global or LOCAL_STATIC.match(line)) and not re.search(r"\bconst\b", line):
                report.measure(f"call {path} global", 1, path, number, "a variable that is global: hang it off a context")


# ---- lengths ----

def c_functions(text):
    """(name, first line, number of lines) of functions laid out in our style: braces in column 0."""
    lines = without_comments(text, strings=True).split("\n")
    start = None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "{":
            start = number
        elif line.startswith("}") and start:
            first = start - 1
            while first > 1 and (lines[first - 1].startswith((" ", "\t")) or not lines[first - 1].strip()):
                first -= 1
            name = re.search(r"([A-Za-z_]\w*)\s*\(", lines[first - 1])
            if name:
                yield name.group(1), first, number - first + 1
            start = None


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def check_lengths(tree, report):
    for path in tree.files(".c", ".h", ".py"):
        text = tree.text[path]
        lines = text.count("\n")
        if lines > rules.FILE_LINES_MAX:
            report.measure(f"file-length {path}", lines, path, 1,
                           f"{lines} lines, at most {rules.FILE_LINES_MAX}: look for the seam")
        for name, line, length in python_functions(text) if path.endswith(".py") else c_functions(text):
            if length > rules.FUNCTION_LINES_MAX:
                report.measure(f"function-length {path} {name}", length, path, line,
                               f"{name} has {length} lines, at most {rules.FUNCTION_LINES_MAX}")


# ---- texts ----

def check_texts(tree, report):
    for path, text in tree.text.items():
        for number, line in enumerate(text.split("\n"), 1):
            found = LATER.search(line)
            if found and path.endswith(rules.CODE):
                report.add(path, number, "todo", f"{found.group(1)} without an issue: name it: (#12), or do it")
            for machine in rules.MACHINE_PATHS:
                if re.search(r"(?<![\w.])" + machine, line):
                    report.add(path, number, "machine", f"{machine} is a path of one machine")
            if line.rstrip("\r") != line.rstrip() and path.endswith(rules.CODE):
                report.add(path, number, "space", "white space at the end of the line")


# ---- dead files ----

def check_headers_used(tree, report):
    used = set()
    for path in tree.files(".c", ".h"):
        for line in tree.text[path].split("\n"):
            match = INCLUDE.match(line)
            if match:
                used.add(match.group(2).split("/")[-1])
                used.add(match.group(2))
    for tool in tree.files(".py", ".cmake"):
        used.update(re.findall(r"[\w/]+\.h\b", tree.text[tool]))  # generated code includes some
    for path in tree.files(".h", under="src/"):
        if path[len("src/"):] not in used:
            report.add(path, 1, "dead", "no file includes this header")
    for path in tree.files(".h", under="tests/") + tree.files(".h", under="fuzz/"):
        if path.split("/")[-1] not in used:
            report.add(path, 1, "dead", "no file includes this header")


def asserts(tree, path):
    """Does the test, or a file that it includes from tests/, assert anything?"""
    text = without_comments(tree.text[path])
    if re.search(r"\b(assert_\w+|fail|fail_msg)\s*\(", text):
        return True
    included = [match.group(2) for match in map(INCLUDE.match, text.split("\n")) if match]
    folders = ("tests/", os.path.dirname(path) + "/")
    near = [folder + re.sub(r"\.h$", end, name) for name in included for folder in folders for end in (".h", ".c")]
    return any(re.search(r"\b(assert_\w+|fail_msg)\s*\(", tree.text[p]) for p in near if p in tree.text)


def check_tests_run(tree, report):
    scripts = "".join(tree.text[p] for p in tree.files(".py", ".cmake"))  # a script's test may compile a file itself
    for path in tree.files(".c", under="tests/"):
        name, text = path.split("/")[-1], without_comments(tree.text[path])
        if not name.startswith("test_"):
            if not path.startswith("tests/support/") and not re.search(r"\b" + re.escape(name), scripts):
                report.add(path, 1, "dead", "tests are called test_*.c, what they share lies in tests/support/")
            continue
        for test in re.finditer(r"^static void (\w+)\(void \*\*\w+\)", text, re.M):
            if len(re.findall(r"\b" + test.group(1) + r"\b", text)) < 2:
                line = text[:test.start()].count("\n") + 1
                report.add(path, line, "dead", f"the test {test.group(1)} never runs")
        if not asserts(tree, path):
            report.add(path, 1, "dead", "a test file that asserts nothing")
    for path in tree.files(".c", under="fuzz/"):
        if path.split("/")[-1].startswith("fuzz_") and "LLVMFuzzerTestOneInput" not in tree.text[path]:
            report.add(path, 1, "dead", "a fuzz target without LLVMFuzzerTestOneInput")


def check_scripts_live(tree, report):
    """Every script is run by name or imported."""
    with_names = tree.files(".py", ".cmake", ".md", ".sh")
    for path in tree.files(".py"):
        module = path.split("/")[-1][:-len(".py")]
        if module in ("main", "__init__") or module.startswith("test_"):
            continue
        if not any(re.search(r"\b" + module + r"\b", tree.text[p]) for p in with_names if p != path):
            report.add(path, 1, "dead", "nothing imports or runs this script")


def check_files_live(tree, report):
    for path, text in tree.text.items():
        if not text.strip() and not path.endswith("__init__.py"):
            report.add(path, 1, "dead", "an empty file")
    for path in tree.files(".c", ".h", under="src/"):
        if room_of(path) not in rules.FLOORS:
            report.add(path, 1, "dead", "not in a room of the house: nothing builds it")


CHECKS = [check_floors, check_calls, check_globals, check_lengths, check_texts, check_headers_used, check_tests_run,
          check_scripts_live, check_files_live]


# ---- the ratchet ----

def read_ratchet(path):
    """key -> (number, line number)"""
    entries = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                words = line.split("#")[0].split()
                if words:
                    entries[" ".join(words[:-1])] = (int(words[-1]), number)
    return entries


def apply_ratchet(report, entries, ratchet_name):
    for key, (number, path, line, text) in report.counts.items():
        tolerated = entries.get(key, (0, 0))[0]
        if number > tolerated:
            more = f" ({number}, tolerated {tolerated})" if tolerated else ""
            report.add(path, line, key.split()[0], text + more)
    for key, (number, line) in entries.items():
        actual = report.counts.get(key, (0,))[0]
        if actual < number:
            what = f"lower to {actual}" if actual else "remove this line"
            report.add(ratchet_name, line, "ratchet", f"{key}: better than tolerated, {what} (tidy.py --lower)")


def lower_ratchet(path, report):
    entries = read_ratchet(path)
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    for key, (number, line) in entries.items():
        actual = report.counts.get(key, (0,))[0]
        if actual < number:
            lines[line - 1] = re.sub(r"\b%d\b(?=[^\d]*$)" % number, str(actual), lines[line - 1]) if actual else ""
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)


def check_tree(root):
    tree, report = Tree(root), Report()
    for check in CHECKS:
        check(tree, report)
    return report


def main():
    parser = argparse.ArgumentParser(description="checks the style of the repository")
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(HERE)))
    parser.add_argument("--lower", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    args = parser.parse_args()
    if args.self_test:
        import self_test
        return self_test.run()
    ratchet = os.path.join(args.root, "tests", "tidy", "ratchet.txt")
    report = check_tree(args.root)
    if args.lower:
        lower_ratchet(ratchet, report)
    apply_ratchet(report, read_ratchet(ratchet), "tests/tidy/ratchet.txt")
    for path, line, rule, text in sorted(report.messages):
        print(f"{path}:{line}: {rule}: {text}")
    if report.messages:
        print(f"{len(report.messages)} problems; repeat with: python3 tests/tidy/tidy.py")
    return 1 if report.messages else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main())
