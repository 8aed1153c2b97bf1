package service;

import com.sun.net.httpserver.HttpExchange;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the service answers. A new path starts here: one line in {@link #of} and one method. */
final class Routes {
    /** Answers one request; an exception becomes status 500. */
    interface Route {
        Response answer(HttpExchange request) throws Exception;
    }

    private Routes() {}

    /** Path to answer. The paths are also the values of the metrics' label {@code route}. */
    static Map<String, Route> of(Config config) {
        Map<String, Route> routes = new LinkedHashMap<>();
        routes.put("/", request -> greeting(config));
        routes.put("/info", request -> info(config));
        return routes;
    }

    private static Response greeting(Config config) {
        return Response.json(200, "message", "Hello from " + config.serviceName);
    }

    /** What exactly runs here: the deployment compares it with what it meant to deploy. */
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
