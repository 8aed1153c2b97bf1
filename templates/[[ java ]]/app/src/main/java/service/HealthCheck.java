package service;

import java.io.IOException;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;

/**
 * Exits 0 when a URL answers with status 200; without an argument it asks the service in this container.
 *
 * <p>The image's HEALTHCHECK and the chart's test run it, so the image needs no curl.
 */
public final class HealthCheck {
    private static final int TIMEOUT_MILLIS = 2000;

    private HealthCheck() {}

    public static void main(String[] arguments) {
        String url = arguments.length > 0
                ? arguments[0]
                : "http://127.0.0.1:" + Config.from(System.getenv()).port + "/healthz";
        System.exit(answers(url, System.err) ? 0 : 1);
    }

    static boolean answers(String url, PrintStream errors) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            return connection.getResponseCode() == 200;
        } catch (IOException failure) {
            errors.println(url + ": " + failure);
            return false;
        }
    }
}
