package service;

import java.security.SecureRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trace of a request: its caller sends it in the header {@code traceparent}.
 *
 * <p>The form is that of https://www.w3.org/TR/trace-context/. The log carries it, so the lines of one request are found
 * together, in this service and in all others that it passes.
 */
final class Trace {
    private static final Pattern FORM = Pattern.compile(
            "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Trace() {}

    /** Fields of a request for the log: the trace and span of its caller, or else a new trace. */
    static Object[] fields(String traceparent) {
        Matcher form = FORM.matcher(traceparent == null ? "" : traceparent);
        if (form.matches()) {
            return new Object[] {"trace_id", form.group(1), "span_id", form.group(2)};
        }
        return new Object[] {"trace_id", String.format("%016x%016x", RANDOM.nextLong(), RANDOM.nextLong())};
    }
}
