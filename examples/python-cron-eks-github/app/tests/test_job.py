import io
import json
import os
import signal
import subprocess
import sys
import unittest

from service import job
from service.log import Log


def silent() -> Log:
    return Log(io.StringIO())


class JobTest(unittest.TestCase):
    def test_every_item_is_done_once(self) -> None:
        done: list[str] = []
        handled = job.run(silent(), lambda: False, lambda: ["a", "b"], lambda item, log: done.append(item))
        self.assertEqual((done, handled), (["a", "b"], 2))

    def test_nothing_to_do_is_done(self) -> None:
        self.assertEqual(job.run(silent(), lambda: False, list), 0)

    def test_it_stops_between_two_items(self) -> None:
        done: list[str] = []
        with self.assertRaises(job.Stopped) as stopped:
            job.run(silent(), lambda: len(done) == 1, lambda: ["a", "b"], lambda item, log: done.append(item))
        self.assertEqual((done, stopped.exception.handled), (["a"], 1))

    def test_a_failing_item_fails_the_run(self) -> None:
        def fail(item: str, log: Log) -> None:
            raise RuntimeError(item)

        with self.assertRaisesRegex(RuntimeError, "a"):
            job.run(silent(), lambda: False, lambda: ["a", "b"], fail)


class ProcessTest(unittest.TestCase):
    """The whole process, as the cluster runs it."""

    def run_with(self, prelude: str) -> tuple[int, list[dict[str, object]]]:
        program = f"{prelude}\nimport runpy\nrunpy.run_module('service', run_name='__main__')"
        ended = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "ENVIRONMENT": "qa", "REVISION": "abc", "IMAGE_DIGEST": "sha256:1"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]

    def test_a_run_says_what_it_is_and_exits_0(self) -> None:
        status, lines = self.run_with("")
        self.assertEqual((status, lines[-1]["message"], lines[-1]["handled"]), (0, "finished", 3))
        said = lines[0]
        self.assertEqual((said["message"], said["environment"], said["revision"]), ("started", "qa", "abc"))
        self.assertEqual(said["digest"], "sha256:1")

    def test_a_failure_exits_1_with_its_cause(self) -> None:
        status, lines = self.run_with("from service import job\njob.run = lambda log, stopping: 1 // 0")
        self.assertEqual((status, lines[-1]["level"], lines[-1]["message"]), (1, "error", "failed"))
        self.assertIn("ZeroDivisionError", str(lines[-1]["cause"]))

    def test_sigterm_ends_the_run_between_two_items(self) -> None:
        stop = f"lambda item, log: os.kill(os.getpid(), {int(signal.SIGTERM)})"
        status, lines = self.run_with(f"import os\nfrom service import job\njob.run.__defaults__ = (job.items, {stop})")
        self.assertEqual((status, lines[-1]["level"], lines[-1]["handled"]), (1, "warn", 1))
