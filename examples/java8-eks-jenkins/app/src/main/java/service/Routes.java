package service;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The answers of the service. A new path starts here: one line in {@link #of} and one method. */
final class Routes {
    /** Answers one request; an exception becomes status 500. */
    interface Route {
        Response answer(HttpExchange request) throws Exception;
    }

    /** The caller has to change the request; it is answered with this status and this sentence. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        final int status;

        Refused(int status, String sentence) {
            super(sentence);
            this.status = status;
        }
    }

    private Routes() {}

    /**
     * Path to answer, for GET and HEAD; {@code POST /} is that of another method, whose body is here already. The paths are
     * also the values of the metrics' label {@code route}.
     */
    static Map<String, Route> of(Config config) {
        Map<String, Route> routes = new LinkedHashMap<>();
        routes.put("/", request -> greeting(config));
        routes.put("POST /", request -> greetingOf(config, jsonObject(request.getRequestBody())));
        routes.put("/info", request -> info(config));
        return routes;
    }

    private static Response greeting(Config config) {
        return Response.json(200, "message", "Hello from " + config.serviceName);
    }

    private static Response greetingOf(Config config, Map<?, ?> asked) throws Refused {
        Object name = asked.get("name");
        if (!(name instanceof String) || name.equals("")) {
            throw new Refused(400, "name must be a text");
        }
        return Response.json(200, "message", "Hello " + name + " from " + config.serviceName);
    }

    /** The body as JSON; Refused if it is not a JSON object. */
    static Map<?, ?> jsonObject(InputStream body) throws IOException, Refused {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] part = new byte[8192];
        for (int count = body.read(part); count > 0; count = body.read(part)) {
            bytes.write(part, 0, count);
        }
        Object content = null;
        try {
            content = JsonReader.read(new String(bytes.toByteArray(), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notJson) {
            // Refused below, like a number or a list.
        }
        if (!(content instanceof Map)) {
            throw new Refused(400, "the body must be a JSON object");
        }
        return (Map<?, ?>) content;
    }

    /** The exact build: the deployment compares it with the one that it meant to deploy. */
    private static Response info(Config config) {
        return Response.json(200,
                "service", config.serviceName,
                "environment", config.environment,
                "runtime", Json.object("name", "java", "version", javaVersion()),
                "revision", config.revision,
                "digest", config.imageDigest);
    }

    /** Java 8 calls itself 1.8.0_502. Without the "1." every version starts with the number in .java-version. */
    static String javaVersion() {
        return System.getProperty("java.version").replaceFirst("^1\\.", "");
    }
}
