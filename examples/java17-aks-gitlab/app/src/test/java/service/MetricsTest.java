package service;

import java.util.Arrays;
import java.util.Collections;

final class MetricsTest {
    private MetricsTest() {}

    private static Metrics metrics() {
        return new Metrics(Arrays.asList("/", "other"), "java", "21.0.1", "abc");
    }

    static void successAndFailureExistBeforeTheFirstRequest() {
        String text = metrics().text();
        for (String route : new String[] {"/", "other"}) {
            for (String code : new String[] {"200", "500"}) {
                Tests.contains("http_requests_total{method=\"GET\",route=\"" + route + "\",code=\"" + code + "\"} 0\n", text);
            }
            Tests.contains("http_request_duration_seconds_count{method=\"GET\",route=\"" + route + "\"} 0\n", text);
        }
        Tests.contains("app_build_info{runtime=\"java\",version=\"21.0.1\",revision=\"abc\"} 1\n", text);
    }

    static void aRouteOfAnotherMethodStartsAtZeroToo() {
        String text = new Metrics(Arrays.asList("/", "POST /"), "java", "21", "abc").text();
        Tests.contains("http_requests_total{method=\"POST\",route=\"/\",code=\"500\"} 0\n", text);
    }

    static void bucketsAreCumulative() {
        Metrics metrics = metrics();
        metrics.observe("GET", "/", 200, 0.25);
        metrics.observe("GET", "/", 200, 0.3);
        metrics.observe("GET", "/", 200, 60);
        String text = metrics.text();
        String bucket = "http_request_duration_seconds_bucket{method=\"GET\",route=\"/\",le=";
        Tests.contains(bucket + "\"0.1\"} 0\n", text);
        Tests.contains(bucket + "\"0.25\"} 1\n", text);
        Tests.contains(bucket + "\"0.5\"} 2\n", text);
        Tests.contains(bucket + "\"10\"} 2\n", text);
        Tests.contains(bucket + "\"+Inf\"} 3\n", text);
        Tests.contains("http_request_duration_seconds_sum{method=\"GET\",route=\"/\"} 60.55\n", text);
        Tests.contains("http_requests_total{method=\"GET\",route=\"/\",code=\"200\"} 3\n", text);
    }

    static void anInventedMethodMakesNoSeriesOfItsOwn() {
        Metrics metrics = metrics();
        metrics.observe("BREW", "/", 405, 0.001);
        Tests.contains("http_requests_total{method=\"other\",route=\"/\",code=\"405\"} 1\n", metrics.text());
        Tests.lacks("BREW", metrics.text());
    }

    static void aLabelCannotBreakItsLine() {
        String text = new Metrics(Collections.singleton("/"), "java", "1", "a\"b\\c\nd").text();
        Tests.contains("revision=\"a\\\"b\\\\c\\nd\"} 1\n", text);
    }
}
