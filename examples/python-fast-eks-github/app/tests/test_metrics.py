import unittest

from service.metrics import Metrics


def metrics() -> Metrics:
    return Metrics(["/", "other"], "python", "3.14.0", "abc")


class MetricsTest(unittest.TestCase):
    def test_success_and_failure_exist_before_the_first_request(self) -> None:
        lines = metrics().text().splitlines()
        for route in ("/", "other"):
            for code in ("200", "500"):
                self.assertIn(f'http_requests_total{{method="GET",route="{route}",code="{code}"}} 0', lines)
            self.assertIn(f'http_request_duration_seconds_count{{method="GET",route="{route}"}} 0', lines)
        self.assertIn('app_build_info{runtime="python",version="3.14.0",revision="abc"} 1', lines)

    def test_a_route_of_another_method_starts_at_zero_too(self) -> None:
        lines = Metrics(["/", "POST /"], "python", "3.14.0", "abc").text().splitlines()
        self.assertIn('http_requests_total{method="POST",route="/",code="500"} 0', lines)

    def test_buckets_are_cumulative(self) -> None:
        measured = metrics()
        for seconds in (0.25, 0.3, 60):
            measured.observe("GET", "/", 200, seconds)
        lines = measured.text().splitlines()
        for bound, count in (("0.1", 0), ("0.25", 1), ("0.5", 2), ("10", 2), ("+Inf", 3)):
            name = "http_request_duration_seconds_bucket"
            self.assertIn(f'{name}{{method="GET",route="/",le="{bound}"}} {count}', lines)
        self.assertIn('http_request_duration_seconds_sum{method="GET",route="/"} 60.55', lines)
        self.assertIn('http_requests_total{method="GET",route="/",code="200"} 3', lines)

    def test_an_invented_method_makes_no_series_of_its_own(self) -> None:
        measured = metrics()
        measured.observe("BREW", "/", 405, 0.001)
        self.assertIn('http_requests_total{method="other",route="/",code="405"} 1\n', measured.text())
        self.assertNotIn("BREW", measured.text())

    def test_a_label_cannot_break_its_line(self) -> None:
        text = Metrics(["/"], "python", "3", 'a"b\\c\nd').text()
        self.assertIn('revision="a\\"b\\\\c\\nd"} 1\n', text)
