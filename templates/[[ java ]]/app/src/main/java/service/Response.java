package service;

import java.nio.charset.StandardCharsets;

/** An answer: its status code, the type of its content, and the content. */
final class Response {
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
}
