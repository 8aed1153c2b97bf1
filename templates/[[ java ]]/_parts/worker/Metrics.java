package service;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Counts messages and writes them in the Prometheus text format.
 *
 * <p>Every label has a small fixed set of values: a label that a sender can fill freely (a name, an unknown type)
 * would make a new time series for each value and fill the memory of Prometheus.
 */
final class Metrics {
    private final Map<String, LongAdder> results = new LinkedHashMap<>();
    private final Map<String, Histogram> durations = new LinkedHashMap<>();
    private final String buildInfo;
    private final LongSupplier millis;
    private volatile double lastSuccess;
    volatile Source.Backlog backlog = new Source.Backlog(0, 0);
    final AtomicInteger inFlight = new AtomicInteger();
    final LongAdder queueErrors = new LongAdder();

    /** Starts all series at zero: without a series for failures their share would be empty, not 0. */
    Metrics(String runtime, String version, String revision, LongSupplier millis) {
        for (String result : new String[] {"done", "failed", "aside"}) {
            results.put(result, new LongAdder());
            durations.put(result, new Histogram());
        }
        buildInfo = labels("runtime", runtime, "version", version, "revision", revision);
        this.millis = millis;
    }

    /** Counts a message by its result, and how long it took. */
    void finished(String result, double seconds) {
        results.get(result).increment();
        durations.get(result).observe(seconds);
        if (result.equals("done")) {
            lastSuccess = millis.getAsLong() / 1e3;
        }
    }

    String text() {
        Source.Backlog seen = backlog;
        // It grows by itself while the loop stands still.
        double age = seen.waiting > 0 ? Math.max(0, (millis.getAsLong() - seen.oldest) / 1e3) : 0;
        StringBuilder out = new StringBuilder(8192);
        header(out, "messages_processed_total", "counter", "Messages by how their handling ended.");
        for (Map.Entry<String, LongAdder> result : results.entrySet()) {
            String count = Long.toString(result.getValue().sum());
            sample(out, "messages_processed_total", labels("result", result.getKey()), count);
        }
        header(out, "message_duration_seconds", "histogram", "Time from taking a message to its end.");
        for (Map.Entry<String, Histogram> result : durations.entrySet()) {
            result.getValue().write(out, "message_duration_seconds", labels("result", result.getKey()));
        }
        single(out, "queue_errors_total", "counter", "Times that the queue did not answer.", queueErrors.sum());
        single(out, "messages_in_flight", "gauge", "Messages that are worked on.", inFlight.get());
        single(out, "messages_waiting", "gauge", "Messages that are not done, as last seen.", seen.waiting);
        single(out, "message_oldest_seconds", "gauge", "Age of the oldest message that is not done.", age);
        String when = "When a message was last done, since unix epoch; 0: never.";
        single(out, "message_last_success_timestamp_seconds", "gauge", when, lastSuccess);
        ProcessUsage.write(out);
        header(out, "app_build_info", "gauge", "What runs: runtime, its version, and the revision of the source.");
        sample(out, "app_build_info", buildInfo, "1");
        return out.toString();
    }
