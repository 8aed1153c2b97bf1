"""Prometheus sees the answers of the proxy in the series of the service."""

from __future__ import annotations

from scaffolder.watch.metrics import Answers

SERVICE = """\
# HELP http_requests_total Requests answered, without probes and scrapes.
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/",code="200"} 7
http_requests_total{method="GET",route="/",code="500"} 0
http_request_duration_seconds_bucket{method="GET",route="/",le="0.25"} 7
http_request_duration_seconds_bucket{method="GET",route="/",le="0.5"} 7
http_request_duration_seconds_bucket{method="GET",route="/",le="+Inf"} 7
http_request_duration_seconds_sum{method="GET",route="/"} 0.5
http_request_duration_seconds_count{method="GET",route="/"} 7
app_build_info{runtime="go",version="1.26",revision="x"} 1
"""


def test_without_an_answer_of_its_own_nothing_changes() -> None:
    assert Answers().added_to(SERVICE) == SERVICE


def test_a_failed_answer_is_one_more_500() -> None:
    answers = Answers()
    answers.count("GET", "/", 500, 0.001)
    text = answers.added_to(SERVICE)
    assert 'http_requests_total{method="GET",route="/",code="500"} 1\n' in text
    assert 'http_requests_total{method="GET",route="/",code="200"} 7\n' in text


def test_a_slow_answer_is_in_no_bucket_that_is_faster() -> None:
    answers = Answers()
    answers.count("GET", "/?who=me", 200, 0.5)
    text = answers.added_to(SERVICE)
    assert 'bucket{method="GET",route="/",le="0.25"} 7\n' in text
    assert 'bucket{method="GET",route="/",le="0.5"} 8\n' in text
    assert 'bucket{method="GET",route="/",le="+Inf"} 8\n' in text
    assert 'sum{method="GET",route="/"} 1\n' in text
    assert 'count{method="GET",route="/"} 8\n' in text


def test_the_order_of_labels_does_not_matter() -> None:
    answers = Answers()
    answers.count("GET", "/info", 500, 0.001)
    line = 'http_requests_total{code="500",route="/info",method="GET"} 2'
    assert (
        answers.added_to(line) == 'http_requests_total{code="500",route="/info",method="GET"} 3\n'
    )


def test_a_series_that_the_service_does_not_have_yet_is_added() -> None:
    answers = Answers()
    answers.count("POST", "/x", 500, 0.001)
    assert answers.added_to("") == 'http_requests_total{code="500",method="POST",route="other"} 1\n'
