"""The files of a release are the same from the same programs, and their template deploys without a build."""

import copy
import hashlib
import io
import logging
import os
import shutil
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path
from unittest import mock

from samtranslator.translator.transform import transform
from tests.support import NOWHERE, ROOT, Folder, called, program
from tools import artifacts, elf, template


def loaded(path):
    """A template with its short tags written out, as CloudFormation reads it."""
    from samcli.yamlhelper import yaml_parse

    return yaml_parse(Path(path).read_text())


class Packages(Folder):
    def setUp(self):
        super().setUp()
        self.functions = template.resources(template.read(ROOT / "template.yaml"), template.FUNCTION)
        for architecture, number in elf.MACHINES.items():
            for name in self.functions:
                self.file(f"{architecture}/{name}/bootstrap", program(number, name.encode() * 50))
        self.builds = [f"{architecture}={self.folder / architecture}" for architecture in elf.MACHINES]

    def package(self, output="release", *more):
        done = called("package", self.folder / output, *self.builds, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {
            str(path.relative_to(self.folder / output)): path.read_bytes()
            for path in sorted((self.folder / output).rglob("*"))
            if path.is_file()
        }

    def test_two_runs_over_the_same_programs_give_the_same_bytes(self):
        first = self.package("one")
        for path in self.folder.rglob("bootstrap"):
            # Neither when nor with which rights something was built matters.
            path.chmod(0o640)
            os.utime(path, (1_000_000_000, 1_000_000_000))
        self.assertEqual(first, self.package("two"))
        self.assertEqual(len(first), 2 * len(self.functions) + 2 + 1 + 1)

    def test_a_zip_holds_one_program_that_lambda_may_start(self):
        files = self.package()
        for name, content in files.items():
            if not name.endswith(".zip"):
                continue
            with self.subTest(name), zipfile.ZipFile(io.BytesIO(content)) as archive:
                (entry,) = archive.infolist()
                self.assertEqual(entry.filename, "bootstrap")
                self.assertEqual((entry.external_attr >> 16, entry.create_system), (0o100755, 3))
                self.assertEqual(entry.date_time, (1980, 1, 1, 0, 0, 0))
                self.assertIn(hashlib.sha256(content).hexdigest()[:16], name)

    def test_the_sums_are_those_of_every_other_file(self):
        files = self.package()
        lines = files.pop("SHA256SUMS").decode().splitlines()
        self.assertEqual(lines, [f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in sorted(files)])

    def test_the_template_names_the_files_of_its_processor_and_no_others(self):
        files = self.package()
        for architecture in elf.MACHINES:
            document = loaded(self.folder / f"release/template-{architecture}.yaml")
            keys = []
            for resource in document["Resources"].values():
                if resource["Type"] in (template.FUNCTION, template.MACHINE):
                    place = resource["Properties"].get("CodeUri") or resource["Properties"]["DefinitionUri"]
                    self.assertEqual(place["Bucket"], {"Ref": "ArtifactBucket"})
                    keys.append(place["Key"]["Fn::Sub"].removeprefix("${ArtifactPrefix}"))
                    self.assertNotIn("Metadata", resource)
                    self.assertNotIn("Architectures", resource["Properties"])
            self.assertEqual(document["Globals"]["Function"]["Architectures"], [architecture])
            self.assertNotIn("Architecture", document["Parameters"])
            wanted = [name for name in files if name.startswith(f"{architecture}/") or name.endswith(".asl.json")]
            self.assertEqual(sorted(keys), sorted(wanted))

    def test_nothing_else_of_the_template_changes(self):
        self.package()
        before, after = loaded(ROOT / "template.yaml"), loaded(self.folder / "release/template-arm64.yaml")
        for document in (before, after):
            for name in ("Architecture", "ArtifactBucket", "ArtifactPrefix"):
                document["Parameters"].pop(name, None)
            document.pop("Metadata", None)
            document["Globals"]["Function"].pop("Architectures", None)
            for resource in document["Resources"].values():
                if resource["Type"] in (template.FUNCTION, template.MACHINE):
                    resource.pop("Metadata", None)
                    for name in ("CodeUri", "DefinitionUri"):
                        resource["Properties"].pop(name, None)
        self.assertEqual(before, after)

    def test_the_templates_pass_cfn_lint(self):
        self.package()
        templates = [self.folder / f"release/template-{architecture}.yaml" for architecture in elf.MACHINES]
        lint = Path(sys.executable).parent / "cfn-lint"
        done = subprocess.run([lint, *templates], text=True, capture_output=True, env=NOWHERE)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_new_code_publishes_a_new_version(self):
        def versions():
            document = loaded(self.folder / "release/template-arm64.yaml")
            given = {"ArtifactBucket": "bucket", "ArtifactPrefix": "folder/"}
            logging.getLogger("samtranslator").setLevel(logging.ERROR)
            with mock.patch.dict(os.environ, NOWHERE):
                done = transform(copy.deepcopy(document), given, _Policies())
            found = {name for name, resource in done["Resources"].items() if resource["Type"] == "AWS::Lambda::Version"}
            keys = [
                resource["Properties"]["Code"]["S3Key"]
                for resource in done["Resources"].values()
                if resource["Type"] == "AWS::Lambda::Function"
            ]
            return found, keys

        self.package()
        before, keys = versions()
        self.assertEqual(len(before), len(self.functions))
        self.package()
        self.assertEqual(versions(), (before, keys))
        changed = next(iter(self.functions))
        self.file(f"arm64/{changed}/bootstrap", program(elf.MACHINES["arm64"], b"another"))
        self.package()
        self.assertEqual(len(before & versions()[0]), len(self.functions) - 1)

    def test_a_program_for_another_processor_makes_no_release(self):
        name = next(iter(self.functions))
        self.file(f"arm64/{name}/bootstrap", program(elf.MACHINES["x86_64"]))
        done = called("package", self.folder / "release", *self.builds)
        self.assertEqual(done.returncode, 1)
        self.assertIn("it is for x86_64, not for arm64", done.stderr)
        self.assertFalse((self.folder / "release").exists())

    def test_a_program_that_holds_a_path_of_this_machine_makes_no_release(self):
        name = next(iter(self.functions))
        for place in (str(ROOT), "/somewhere/cargo"):
            self.file(f"x86_64/{name}/bootstrap", program(elf.MACHINES["x86_64"], f"at {place}/shared/plan".encode()))
            done = called("package", self.folder / "release", *self.builds, CARGO_HOME="/somewhere/cargo")
            self.assertEqual((done.returncode, "it holds the path" in done.stderr), (1, True), done.stderr)

    def test_other_peoples_files_are_not_removed(self):
        mine = self.file("release/notes.txt", "mine")
        done = called("package", self.folder / "release", *self.builds)
        self.assertEqual(done.returncode, 2)
        self.assertTrue(mine.exists())
        self.assertEqual(called("package", self.folder / "release", "arm=x").returncode, 2)

    def test_beside_a_release_or_in_a_folder_with_sums_of_others_nothing_is_removed(self):
        self.package()
        for sums in (None, "abc  debian.iso\n", f"{'0' * 64}  debian.iso\n"):
            if sums:
                shutil.rmtree(self.folder / "release")
                self.file("release/SHA256SUMS", sums)
            mine = self.file("release/thesis/a.txt", "mine")
            done = called("package", self.folder / "release", *self.builds)
            self.assertEqual((done.returncode, mine.exists()), (2, True))
            self.assertIn("holds other files than those of a release, such as", done.stderr)

    def test_an_older_release_goes_and_one_that_was_not_written_whole_is_none(self):
        first = self.package()
        self.file("arm64/PollFunction/bootstrap", program(elf.MACHINES["arm64"], b"changed"))
        self.file(".release.unfinished/arm64/half.zip", "half")
        second = self.package()
        self.assertEqual(len(first), len(second))
        self.assertNotEqual(first, second)
        self.assertFalse((self.folder / ".release.unfinished").exists())
        (self.folder / "link").symlink_to(self.folder / "release")
        self.assertEqual(self.package("link"), second)

    def test_a_place_that_cannot_hold_a_release_is_told_in_a_line(self):
        for place in (self.file("file", "mine"), Path("/proc/nothing")):
            done = called("package", place, *self.builds)
            self.assertEqual((done.returncode, "Traceback" in done.stderr), (2, False), done.stderr)

    def test_a_parameter_that_something_else_needs_is_not_taken_away(self):
        document = (ROOT / "template.yaml").read_text()
        if "\n  Architecture:\n" not in document:
            parameter = "\nParameters:\n  Architecture: { Type: String, Default: arm64 }\n"
            document = document.replace("\nParameters:\n", parameter, 1)
        shutil.copytree(ROOT / "statemachine", self.folder / "statemachine")
        document += "  BuiltFor:\n    Value: !Sub for-${Architecture}\n"
        done = called(
            "package", self.folder / "release", *self.builds, "--template", self.file("template.yaml", document)
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("uses the parameter Architecture at Outputs.BuiltFor.Value", done.stderr)

    def test_a_stamp_stands_behind_the_release(self):
        document = template.read(ROOT / "template.yaml")
        document["Globals"]["Function"]["Environment"]["Variables"]["RELEASE"] = "1.2.3"
        shutil.copytree(ROOT / "statemachine", self.folder / "statemachine")
        source = self.file("template.yaml", template.written(document))
        for stamp, release in (("", "1.2.3"), ("2", "1.2.3+2"), ("by-night.3", "1.2.3+by-night.3")):
            self.package("release", "--template", source, "--stamp", stamp)
            for architecture in elf.MACHINES:
                variables = loaded(self.folder / f"release/template-{architecture}.yaml")["Globals"]["Function"][
                    "Environment"
                ]
                self.assertEqual(variables["Variables"]["RELEASE"], release)
            done = called("for-processor", "arm64", "--template", source, "--stamp", stamp)
            variables = loaded(self.file("stamped.yaml", done.stdout))["Globals"]["Function"]["Environment"]
            self.assertEqual(variables["Variables"]["RELEASE"], release)
        for stamp in ("a b", "${x}", "x" * 41):
            self.assertEqual(called("for-processor", "arm64", "--template", source, "--stamp", stamp).returncode, 2)
        del document["Globals"]["Function"]["Environment"]["Variables"]["RELEASE"]
        done = called(
            "for-processor",
            "arm64",
            "--template",
            self.file("template.yaml", template.written(document)),
            "--stamp",
            "2",
        )
        self.assertEqual((done.returncode, "has no RELEASE" in done.stderr), (2, True))


class TemplatesForSam(Folder):
    def test_the_template_says_for_which_processor_it_is_from_any_folder(self):
        done = called("for-processor", "x86_64")
        self.assertEqual(done.returncode, 0, done.stderr)
        document = loaded(self.file("elsewhere.yaml", done.stdout))
        self.assertEqual(document["Globals"]["Function"]["Architectures"], ["x86_64"])
        self.assertNotIn("Architecture", document["Parameters"])
        for name, resource in document["Resources"].items():
            if resource["Type"] == template.FUNCTION:
                self.assertTrue(Path(resource["Properties"]["CodeUri"], "Cargo.toml").is_file(), name)
                self.assertEqual(resource["Metadata"]["BuildMethod"], "rust-cargolambda")
            if resource["Type"] == template.MACHINE:
                self.assertTrue(Path(resource["Properties"]["DefinitionUri"]).is_file(), name)

    def test_wrong_use_ends_with_two(self):
        self.assertEqual(called("for-processor", "riscv").returncode, 2)


class Names(unittest.TestCase):
    def test_a_name_changes_with_the_content(self):
        one, other = (artifacts.named_after_content("poll", ".zip", content) for content in (b"one", b"other"))
        self.assertRegex(one, r"^poll-[0-9a-f]{16}\.zip$")
        self.assertNotEqual(one, other)


class _Policies:
    """The template names no managed policy."""

    def load(self):
        return {}


if __name__ == "__main__":
    unittest.main()
