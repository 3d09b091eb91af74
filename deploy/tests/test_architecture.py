"""A function for another processor is found before it is deployed."""

import struct
import unittest

from tests.support import ROOT, Folder, called, program
from tools import elf, template

ARM, INTEL = elf.MACHINES["arm64"], elf.MACHINES["x86_64"]


class Programs(Folder):
    def test_each_processor_is_told_by_its_number(self):
        for number, name in (
            (183, "arm64"),
            (62, "x86_64"),
            (40, "32-bit Arm"),
            (9999, "a processor with the ELF number 9999"),
        ):
            for kind in (2, 3):
                with self.subTest(name=name, kind=kind):
                    self.assertEqual(elf.machine(self.file("bootstrap", program(number, kind=kind))), name)

    def test_what_is_no_whole_program_is_refused(self):
        whole = program(ARM, b"code" * 100)
        big_endian, small = bytearray(whole), bytearray(whole)
        big_endian[5], small[4] = 2, 1
        nothing_to_load = bytearray(whole)
        struct.pack_into("<I", nothing_to_load, 64, 6)
        cases = {
            "empty": (b"", "it is empty"),
            "a script": (b"#!/bin/sh\nexit 0\n", "a script"),
            "a text": (b"not found", "no ELF file"),
            "only the magic number": (b"\x7fELF", "cut off after 4 bytes"),
            "half a header": (whole[:63], "inside its header"),
            "half a table": (whole[:100], "inside its table"),
            "half the code": (whole[:-1], "cut off after 519 of 520 bytes"),
            "an object file": (program(ARM, kind=1), "an object file"),
            "big endian": (bytes(big_endian), "no 64-bit little-endian"),
            "32 bits": (bytes(small), "no 64-bit little-endian"),
            "nothing to load": (bytes(nothing_to_load), "nothing that could be loaded"),
        }
        for name, (content, said) in cases.items():
            with self.subTest(name), self.assertRaisesRegex(elf.NotAProgram, said):
                elf.machine(self.file("bootstrap", content))


class TheCommand(Folder):
    def setUp(self):
        super().setUp()
        self.functions = list(template.resources(template.read(ROOT / "template.yaml"), template.FUNCTION))
        for name in self.functions:
            self.file(f"{name}/bootstrap", program(ARM))

    def test_a_good_build_passes(self):
        done = called("check-architecture", "arm64", self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, f"{len(self.functions)} functions, built for arm64\n")

    def test_every_wrong_function_is_named(self):
        one, other, third = self.functions[:3]
        self.file(f"{one}/bootstrap", program(INTEL))
        self.file(f"{other}/bootstrap", b"#!/bin/sh\n")
        (self.folder / third / "bootstrap").unlink()
        done = called("check-architecture", "arm64", self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{one}/bootstrap: it is for x86_64\n", done.stderr)
        self.assertIn(f"{other}/bootstrap: it is a script", done.stderr)
        self.assertIn(f"{third}/bootstrap: it is missing\n", done.stderr)
        self.assertEqual(done.stderr.count("/bootstrap: "), 3)

    def test_the_other_processor_is_refused_for_every_function(self):
        done = called("check-architecture", "x86_64", self.folder)
        self.assertEqual((done.returncode, done.stderr.count("it is for arm64")), (1, len(self.functions)))

    def test_wrong_use_ends_with_two(self):
        for arguments in ([], ["arm"], ["arm64", "a", "b"]):
            with self.subTest(arguments):
                self.assertEqual(called("check-architecture", *arguments).returncode, 2)


if __name__ == "__main__":
    unittest.main()
