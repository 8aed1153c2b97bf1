package service;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An answer: its status code, the type of its content, and the content. */
final class Response {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);
    private static final Map<Integer, String> REASONS = new HashMap<>();

    static {
        REASONS.put(200, "OK");
        REASONS.put(400, "Bad Request");
        REASONS.put(404, "Not Found");
        REASONS.put(405, "Method Not Allowed");
        REASONS.put(411, "Length Required");
        REASONS.put(413, "Content Too Large");
        REASONS.put(431, "Request Header Fields Too Large");
        REASONS.put(500, "Internal Server Error");
        REASONS.put(503, "Service Unavailable");
    }

    final int status;
    final String contentType;
    final byte[] body;

    private Response(int status, String contentType, String body) {
        this.status = status;
        this.contentType = contentType;
        this.body = body.getBytes(StandardCharsets.UTF_8);
    }

    /** A JSON object from alternating keys and values. */
    static Response json(int status, Object... keysAndValues) {
        return new Response(status, "application/json", Json.write(Json.object(keysAndValues)) + "\n");
    }

    /** The text format that Prometheus scrapes. */
    static Response metrics(String text) {
        return new Response(200, "text/plain; version=0.0.4; charset=utf-8", text);
    }

    /** As it goes out: the answer to a request, or to null where none could be read; the last one of its connection? */
    ByteBuffer bytes(Request request, boolean last) {
        StringBuilder head = new StringBuilder(256);
        head.append("HTTP/1.1 ").append(status).append(' ').append(reason(status)).append("\r\n");
        header(head, "Date", DATE.format(ZonedDateTime.now(ZoneOffset.UTC)));
        header(head, "Content-Type", contentType);
        header(head, "Content-Length", Integer.toString(body.length));
        header(head, "Cache-Control", "no-store");
        if (last) {
            header(head, "Connection", "close");
        }
        if (request != null) {
            for (Map.Entry<String, List<String>> added : request.getResponseHeaders().entrySet()) {
                added.getValue().forEach(value -> header(head, added.getKey(), value));
            }
        }
        byte[] first = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        boolean headOnly = request != null && request.getRequestMethod().equals("HEAD");
        ByteBuffer out = ByteBuffer.allocate(first.length + (headOnly ? 0 : body.length));
        out.put(first);
        if (!headOnly) {
            out.put(body);
        }
        out.flip();
        return out;
    }

    static String reason(int status) {
        return REASONS.getOrDefault(status, "");
    }

    private static void header(StringBuilder out, String name, String value) {
        out.append(name).append(": ").append(value).append("\r\n");
    }
}
