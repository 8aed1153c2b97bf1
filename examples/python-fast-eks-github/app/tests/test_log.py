import io
import json
import unittest

from service.log import Log


class LogTest(unittest.TestCase):
    def test_an_event_is_one_line_of_json(self) -> None:
        written = io.StringIO()
        Log(written).info("two\nlines", port=8080)
        self.assertEqual(written.getvalue().count("\n"), 1)
        line = json.loads(written.getvalue())
        self.assertEqual((line["level"], line["message"], line["port"]), ("info", "two\nlines", 8080))
        self.assertRegex(line["time"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")

    def test_an_error_stays_on_one_line_with_its_trace(self) -> None:
        written = io.StringIO()
        try:
            raise RuntimeError("broken")
        except RuntimeError as failure:
            Log(written).error("failed", failure)
        self.assertEqual(written.getvalue().count("\n"), 1)
        line = json.loads(written.getvalue())
        self.assertEqual(line["cause"], "RuntimeError('broken')")
        self.assertIn("test_log.py", line["trace"])
