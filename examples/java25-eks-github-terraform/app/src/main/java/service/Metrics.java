package service;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts requests and writes them in the Prometheus text format.
 *
 * <p>Every label has a small fixed set of values: a label that a caller can fill freely (a path, an unknown
 * method) would make a new time series for each value and fill the memory of Prometheus.
 */
final class Metrics {
    private static final Set<String> METHODS = new HashSet<>(
            Arrays.asList("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"));

    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final Map<String, Histogram> durations = new ConcurrentSkipListMap<>();
    private final String buildInfo;
    final AtomicInteger inFlight = new AtomicInteger();
    final AtomicInteger queued = new AtomicInteger();

    /**
     * Starts all series of these routes at zero: without a series for 500 an error ratio would be empty, not 0. A route is a
     * path, which is for GET, or a method and a path.
     */
    Metrics(Collection<String> routes, String runtime, String version, String revision) {
        for (String name : routes) {
            String method = name.contains(" ") ? name.split(" ")[0] : "GET";
            String route = name.substring(name.indexOf(' ') + 1);
            counter(method, route, 200);
            counter(method, route, 500);
            histogram(method, route);
        }
        buildInfo = labels("runtime", runtime, "version", version, "revision", revision);
    }

    void observe(String method, String route, int code, double seconds) {
        String known = METHODS.contains(method) ? method : "other";
        counter(known, route, code).increment();
        histogram(known, route).observe(seconds);
    }

    /** Counts a request that took no time worth measuring. */
    void count(String method, String route, int code) {
        counter(method, route, code).increment();
    }

    String text() {
        StringBuilder out = new StringBuilder(8192);
        header(out, "http_requests_total", "counter", "Requests answered, without probes and scrapes.");
        for (Map.Entry<String, LongAdder> series : requests.entrySet()) {
            sample(out, "http_requests_total", series.getKey(), Long.toString(series.getValue().sum()));
        }
        header(out, "http_request_duration_seconds", "histogram", "Time from the request to its answer.");
        for (Map.Entry<String, Histogram> series : durations.entrySet()) {
            series.getValue().write(out, "http_request_duration_seconds", series.getKey());
        }
        single(out, "http_requests_in_flight", "gauge", "Requests that are worked on.", inFlight.get());
        single(out, "http_requests_queued", "gauge", "Requests that wait for their turn.", queued.get());
        ProcessUsage.write(out);
        header(out, "app_build_info", "gauge", "What runs: runtime, its version, and the revision of the source.");
        sample(out, "app_build_info", buildInfo, "1");
        return out.toString();
    }

    private LongAdder counter(String method, String route, int code) {
        String labels = labels("method", method, "route", route, "code", Integer.toString(code));
        return requests.computeIfAbsent(labels, missing -> new LongAdder());
    }

    private Histogram histogram(String method, String route) {
        return durations.computeIfAbsent(labels("method", method, "route", route), missing -> new Histogram());
    }

    private static String labels(String... namesAndValues) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String value = namesAndValues[i + 1].replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
            out.append(i == 0 ? "" : ",").append(namesAndValues[i]).append("=\"").append(value).append('"');
        }
        return out.toString();
    }

    /** A metric with one value. */
    static void single(StringBuilder out, String name, String type, String help, double value) {
        header(out, name, type, help);
        out.append(name).append(' ').append(value).append('\n');
    }

    private static void header(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void sample(StringBuilder out, String name, String labels, String value) {
        out.append(name).append('{').append(labels).append("} ").append(value).append('\n');
    }

    /** How many requests took at most this many seconds, for each of the bounds. */
    private static final class Histogram {
        private static final String[] BOUNDS = {
            "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"
        };
        private static final double[] SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

        private final LongAdder[] buckets = new LongAdder[BOUNDS.length];
        private final DoubleAdder sum = new DoubleAdder();

        Histogram() {
            Arrays.setAll(buckets, i -> new LongAdder());
        }

        void observe(double seconds) {
            int bucket = 0;
            while (bucket < SECONDS.length && seconds > SECONDS[bucket]) {
                bucket++;
            }
            buckets[bucket].increment();
            sum.add(seconds);
        }

        void write(StringBuilder out, String name, String labels) {
            long count = 0;
            for (int i = 0; i < BOUNDS.length; i++) {
                count += buckets[i].sum();
                sample(out, name + "_bucket", labels + ",le=\"" + BOUNDS[i] + "\"", Long.toString(count));
            }
            sample(out, name + "_sum", labels, Double.toString(sum.sum()));
            sample(out, name + "_count", labels, Long.toString(count));
        }
    }
}
