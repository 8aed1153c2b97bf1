import unittest

from service import trace


class TraceTest(unittest.TestCase):
    def test_the_trace_of_the_caller_goes_on(self) -> None:
        fields = trace.fields("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        self.assertEqual(fields, {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331"})

    def test_without_a_usable_one_a_trace_begins(self) -> None:
        for header in (None, "", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "ff" + "-0" * 3):
            with self.subTest(header):
                self.assertRegex(trace.fields(header)["trace_id"], r"\A[0-9a-f]{32}\Z")
        self.assertNotEqual(trace.fields(None), trace.fields(None))
