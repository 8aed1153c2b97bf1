package service;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One request, parsed from its bytes. Routes see it as the JDK's {@link HttpExchange}; what they answer is a {@link Response}.
 */
final class Request extends HttpExchange {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern FIRST_LINE = Pattern.compile("(" + TOKEN + ") ([!-~]+) (HTTP/1\\.[01])");
    private static final Pattern HEADER = Pattern.compile("(" + TOKEN + "):[ \\t]*([^\\x00-\\x08\\x0a-\\x1f\\x7f]*)");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://[^/?#]*");
    private static final Pattern WRONG_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final int MOST_HEADERS = 100;

    /** A request that cannot be answered as what it wants to be. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;
        final int status;

        Malformed(int status, String reason) {
            super(reason);
            this.status = status;
        }
    }

    private final String method;
    private final String target;
    private final String protocol;
    private final String path;
    private final Headers headers = new Headers();
    private final Headers responseHeaders = new Headers();
    private final Map<String, Object> attributes = new HashMap<>();
    private final InetSocketAddress caller;
    private final InetSocketAddress here;
    private byte[] body = {};
    private int refusal;

    /** Reads the head, all before the empty line. */
    Request(String head, InetSocketAddress caller, InetSocketAddress here) throws Malformed {
        this.caller = caller;
        this.here = here;
        String[] lines = head.split("\r?\n");
        Matcher first = FIRST_LINE.matcher(lines[0]);
        if (!first.matches()) {
            throw new Malformed(400, "no request line");
        }
        method = first.group(1);
        target = first.group(2);
        protocol = first.group(3);
        path = path(target);
        if (lines.length > MOST_HEADERS + 1) {
            throw new Malformed(431, "too many headers");
        }
        for (int i = 1; i < lines.length; i++) {
            Matcher header = HEADER.matcher(lines[i]);
            if (!header.matches()) {
                throw new Malformed(400, "unusable header");
            }
            headers.add(header.group(1), header.group(2).trim());
        }
        int hosts = headers.containsKey("Host") ? headers.get("Host").size() : 0;
        if (hosts > 1 || hosts == 0 && protocol.equals("HTTP/1.1")) {
            throw new Malformed(400, "not one header Host");
        }
    }

    /** How many bytes of body follow; -1 if they cannot be counted beforehand. */
    long bodyLength() throws Malformed {
        List<String> lengths = headers.get("Content-Length");
        if (headers.containsKey("Transfer-Encoding")) {
            if (lengths != null) {
                throw new Malformed(400, "Content-Length beside Transfer-Encoding");
            }
            return -1;
        }
        if (lengths == null) {
            return 0;
        }
        if (lengths.size() > 1 || !lengths.get(0).matches("[0-9]{1,18}")) {
            throw new Malformed(400, "unusable Content-Length");
        }
        return Long.parseLong(lengths.get(0));
    }

    /** Whether the caller keeps the connection for another request. */
    boolean keepsConnection() {
        String connection = String.valueOf(headers.getFirst("Connection"));
        return protocol.equals("HTTP/1.1") ? !connection.equalsIgnoreCase("close") : connection.equalsIgnoreCase("keep-alive");
    }

    void setBody(byte[] body) {
        this.body = body;
    }

    /** Notes that the body is not read, and the status with the reason. */
    void refuseBody(int status) {
        refusal = status;
    }

    /** The status with the reason why the body was not read; 0 if it was read. */
    int refusal() {
        return refusal;
    }

    /** The path that is asked for, decoded and without the query. */
    String path() {
        return path;
    }

    boolean reads() {
        return method.equals("GET") || method.equals("HEAD");
    }

    private static String path(String target) throws Malformed {
        Matcher absolute = ABSOLUTE.matcher(target);
        boolean isAbsolute = absolute.lookingAt();
        String path = (isAbsolute ? target.substring(absolute.end()) : target).split("\\?", 2)[0];
        if (isAbsolute && path.isEmpty()) {
            return "/";
        }
        if (!path.startsWith("/") && !path.equals("*") || WRONG_ESCAPE.matcher(path).find()) {
            throw new Malformed(400, "unusable target");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '%') {
                bytes.write(Integer.parseInt(path.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(path.charAt(i));
            }
        }
        return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
    }

    @Override
    public String getRequestMethod() {
        return method;
    }

    @Override
    public URI getRequestURI() {
        String[] parts = target.split("\\?", 2);
        try {
            return new URI(null, null, path, parts.length > 1 ? parts[1] : null, null);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public Headers getRequestHeaders() {
        return headers;
    }

    /** Whatever is put here goes out with the answer. */
    @Override
    public Headers getResponseHeaders() {
        return responseHeaders;
    }

    @Override
    public InputStream getRequestBody() {
        return new ByteArrayInputStream(body);
    }

    @Override
    public String getProtocol() {
        return protocol;
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return caller;
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return here;
    }

    @Override
    public Object getAttribute(String name) {
        return attributes.get(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
        attributes.put(name, value);
    }

    @Override
    public HttpContext getHttpContext() {
        return null;
    }

    @Override
    public HttpPrincipal getPrincipal() {
        return null;
    }

    @Override
    public int getResponseCode() {
        return -1;
    }

    @Override
    public void close() {
        // The server closes connections.
    }

    @Override
    public OutputStream getResponseBody() {
        throw new UnsupportedOperationException("a route answers with the Response that it returns");
    }

    @Override
    public void sendResponseHeaders(int code, long length) {
        throw new UnsupportedOperationException("a route answers with the Response that it returns");
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
        throw new UnsupportedOperationException("a route answers with the Response that it returns");
    }
}
