package service;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** The log: one JSON object a line on standard output, which the cluster collects. */
final class Log {
    private final PrintStream out;

    Log(PrintStream out) {
        this.out = out;
    }

    void info(String message, Object... keysAndValues) {
        write("info", message, Json.object(keysAndValues));
    }

    void info(String message, Map<String, Object> details, Object... more) {
        details.putAll(Json.object(more));
        write("info", message, details);
    }

    void warn(String message, Object... keysAndValues) {
        write("warn", message, Json.object(keysAndValues));
    }

    void error(String message, Throwable cause, Object... keysAndValues) {
        StringWriter trace = new StringWriter();
        cause.printStackTrace(new PrintWriter(trace, true));
        Map<String, Object> details = Json.object(keysAndValues);
        details.putAll(Json.object("cause", cause.toString(), "trace", trace.toString()));
        write("error", message, details);
    }

    /** An error that one sentence explains: no trace. */
    void refuse(String message, String cause) {
        write("error", message, Json.object("cause", cause));
    }

    private void write(String level, String message, Map<String, Object> details) {
        Map<String, Object> line = Json.object(
                "time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(), "level", level, "message", message);
        line.putAll(details);
        out.println(Json.write(line));
    }
}
