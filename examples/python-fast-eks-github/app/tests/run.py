"""Runs the tests with Python alone and writes the results in the JUnit format that CI systems show.

The argument is the file for the results.
"""

import sys
import time
import unittest
from pathlib import Path
from types import TracebackType
from xml.etree import ElementTree

Failure = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class Result(unittest.TextTestResult):
    """Notes each test as a JUnit test case."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.suite = ElementTree.Element("testsuite", name="unit")
        self._started = time.monotonic()

    def startTest(self, test: unittest.TestCase) -> None:
        self._started = time.monotonic()
        super().startTest(test)

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        folder, _, name = test.id().rpartition(".")
        seconds = f"{time.monotonic() - self._started:.3f}"
        case = ElementTree.SubElement(self.suite, "testcase", classname=folder, name=name, time=seconds)
        for other, trace in [*self.failures, *self.errors]:
            if other is test:
                ElementTree.SubElement(case, "failure").text = "".join(c for c in trace if c.isprintable() or c == "\n")


def main(results: Path) -> int:
    tests = unittest.defaultTestLoader.discover(str(Path(__file__).parent))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Result).run(tests)
    assert isinstance(result, Result)
    result.suite.set("tests", str(result.testsRun))
    result.suite.set("failures", str(len(result.failures) + len(result.errors)))
    results.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(result.suite).write(results, encoding="utf-8", xml_declaration=True)
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
