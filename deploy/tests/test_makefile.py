"""The commands that people type reach the tools with what was typed, and with nothing else."""

import json
import os
import subprocess
import unittest

from tests.support import GROUP, MACHINE, NOWHERE, QUEUE, ROLE, ROOT, Folder


def make(*arguments, without=(), **environment):
    """A command of the Makefile. Nothing is installed for it: the tools are called, and what they need is there."""
    command = ["make", "--silent", "--no-print-directory", "--old-file=venv", *arguments]
    surroundings = {**os.environ, **NOWHERE, **environment}
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", *without):
        surroundings.pop(name, None)
    return subprocess.run(
        command, cwd=ROOT, env=surroundings, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60
    )


class Commands(Folder):
    def test_a_schedule_is_printed_as_it_was_asked_for(self):
        plan = self.file("a plan's $file.json", '{"Task":{"ReplicationTaskIdentifier":"orders"}}')
        done = make(
            "schedule",
            # make itself reads a dollar, and two stand for one.
            f"PLAN={str(plan).replace('$', '$$')}",
            "CRON=0 22 ? * MON-FRI *",
            "ZONE=Europe/Berlin",
            "AS=cli",
            f"MACHINE={MACHINE}",
            f"ROLE={ROLE}",
            f"GROUP={GROUP}",
            f"QUEUE={QUEUE}",
            NAME="of-the-shell",
            STACK="of-the-shell",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        request = json.loads(done.stdout)
        self.assertEqual((request["Name"], request["GroupName"]), ("orders", GROUP))
        self.assertEqual(request["ScheduleExpression"], "cron(0 22 ? * MON-FRI *)")

    def test_no_shell_reads_what_is_typed(self):
        trap = self.folder / "trap"
        for text in (f"`touch {trap}`", f'"; touch {trap} #', f"$$(touch {trap})", f"'; touch {trap} '"):
            for command in ("schedule", "runs", "cancel"):
                done = make(
                    command, f"EXECUTION={text}", f"MACHINE={text}", f"CRON={text}", "PLAN=x", "ZONE=UTC", "AS=cli"
                )
                self.assertEqual(done.returncode, 2)
                self.assertFalse(trap.exists(), text)

    def test_only_a_clear_yes_asks_nobody(self):
        asked = "arn:aws:states:eu-central-1:123456789012:execution:m:r"
        for value, asks_nobody in (("YES=1", True), ("YES=0", False), ("YES=no", False), ("YES=", False)):
            done = make("--dry-run", "cancel", f"EXECUTION={asked}", value)
            self.assertEqual("--yes" in done.stdout, asks_nobody, (value, done.stdout, done.stderr))

    def test_what_is_missing_is_named(self):
        self.assertIn("--plan, --cron, --zone, --as", make("schedule", AS="as", PLAN="of-the-shell").stderr)
        self.assertIn("execution", make("cancel", EXECUTION="of-the-shell").stderr)

    def test_the_region_of_the_build_is_not_that_of_a_person(self):
        done = make("runs", "STACK=s", without=("AWS_DEFAULT_REGION", "AWS_REGION"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("no AWS Region is set", done.stderr)
        # Nobody answers at this address, which is as far as it comes with a Region.
        self.assertIn("the outputs of the stack s cannot be read", make("runs", "STACK=s").stderr)

    def test_the_old_name_of_the_processor_is_refused(self):
        done = make("build", "ARCHITECTURE=x86_64")
        self.assertEqual(done.returncode, 2)
        self.assertIn("ARCHITECTURE is called ARCH: make build ARCH=x86_64", done.stderr)
        done = make("build", "ARCH=riscv")
        self.assertEqual(done.returncode, 2)
        self.assertIn("riscv: name arm64 or x86_64", done.stderr)


if __name__ == "__main__":
    unittest.main()
