"""Pages that name files: links lead somewhere, folders and files exist, no folder and no section of a guide is left out."""
import glob
import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("PH_SHARED_DATA", os.path.join(ROOT, "..", "shared", "data"))
GUIDES = os.path.join(SHARED, "..", "seeds")
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
CODE = re.compile(r"`([^`\s]+)`")
# Described to come, or made by the build.
NOT_HERE = ("hostapi", "p2p", "rpc", "build/")


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def exists(name):
    name = re.sub(r"<[^>]*>", "*", name)
    return any(glob.glob(os.path.join(ROOT, start, name)) for start in ("", "src"))


class Pages(unittest.TestCase):
    def test_links(self):
        for page in ["README.md"] + ["docs/" + name for name in os.listdir(os.path.join(ROOT, "docs"))]:
            for target in LINK.findall(read(page)):
                if "://" not in target:
                    self.assertTrue(os.path.exists(os.path.join(ROOT, os.path.dirname(page), target)), "%s links to %s" % (page, target))

    def test_paths_in_the_guide_map(self):
        for path in CODE.findall(read("docs/guide-map.md")):
            if "/" in path and not path.startswith(NOT_HERE):
                self.assertTrue(exists(path), "guide-map.md names %s" % path)

    def test_the_house_names_every_folder(self):
        house = read("docs/house.md")
        for folder in sorted(glob.glob(os.path.join(ROOT, "src", "*", ""))):
            room = os.path.basename(os.path.dirname(folder))
            if os.listdir(folder):
                self.assertRegex(house, r"`%s[`/]" % room, "house.md says nothing of src/%s" % room)
        for name in ("schema/", "pvf/", "tests/", "fuzz/", "cmake/", "docs/", "third_party/wasmtime/", ".ci/"):
            self.assertIn("`%s`" % name, house)
        for path in CODE.findall(house):
            if path.endswith("/") and not path.startswith(NOT_HERE) and "*" not in path:
                self.assertTrue(exists(path) or glob.glob(os.path.join(ROOT, "tests", path)) or glob.glob(os.path.join(ROOT, "pvf", path))
                                or glob.glob(os.path.join(ROOT, "fuzz", path)), "house.md names %s" % path)

    @unittest.skipUnless(os.path.isdir(GUIDES), "the guides are not here")
    def test_every_section_of_the_guides_is_mapped(self):
        page = read("docs/guide-map.md")
        sections = []
        for guide, levels in (("guide-2-*.md", "2,3"), ("guide-3-*.md", "2,2"), ("guide-4-*.md", "2,2")):
            with open(glob.glob(os.path.join(GUIDES, guide))[0], encoding="utf-8") as file:
                sections += re.findall(r"^#{%s} (.+)$" % levels, file.read(), re.M)
        for section in sections:
            if not section.startswith(("The Polkadot Parachain Host", "Table of Contents")) and section != "Subsystems":
                self.assertIn(section.replace(" (Node Side)", ""), page, "guide-map.md leaves a section out")
        self.assertGreater(len(sections), 30)


if __name__ == "__main__":
    unittest.main()
