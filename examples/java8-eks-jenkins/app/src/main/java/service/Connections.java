package service;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Accepts connections, reads requests and writes answers, all on one thread: a caller that sends half a request, or
 * nothing, holds no thread that another one waits for.
 *
 * <p>The JDK's own server reads on the threads that work, where 64 such callers stop everything, probes included.
 */
final class Connections implements Runnable {
    /** Is told of each request, on the thread that reads: what takes time belongs on another one. */
    interface Listener {
        void onRequest(Request request, Answer answer, long arrivedNanos);

        /** Answers the sender of something else. */
        Response onMalformed(int status, String reason);
    }

    /** Takes the answer to one request, once, from any thread. */
    interface Answer {
        void send(Response response);
    }

    private static final int BACKLOG = 1024;
    /** When there are more, the one that has been silent for longest makes room. */
    private static final int MOST = 4096;
    private static final int HEAD_BYTES = 32 * 1024;
    /** A longer body is not read: the answer does without it, and the connection ends. */
    private static final int BODY_BYTES = 64 * 1024;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final Pattern END_OF_HEAD = Pattern.compile("\r?\n\r?\n");

    private static final long REQUEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Longer than a load balancer keeps a connection without traffic (60 s): it must be the side that closes. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(75);
    /** How long a stopping server waits for the first request of a connection that is new. */
    private static final long FIRST_REQUEST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** How long the rest of what a caller sends is read and dropped, so that it can read its answer. */
    private static final long GOODBYE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Listener listener;
    private final ServerSocketChannel port;
    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Set<Connection> open = new LinkedHashSet<>();
    /** Those without a whole request, the longest silent one first. */
    private final Set<Connection> silent = new LinkedHashSet<>();
    private final ByteBuffer received = ByteBuffer.allocateDirect(64 * 1024);
    private volatile boolean closing;
    private volatile boolean stopped;
    private volatile int unfinished;

    /** Takes the port, 0 for any free one. */
    Connections(int number, Listener listener) throws IOException {
        this.listener = listener;
        port = ServerSocketChannel.open();
        port.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        try {
            port.bind(new InetSocketAddress(number), BACKLOG);
        } catch (IOException taken) {
            port.close();
            throw taken;
        }
        port.configureBlocking(false);
        selector = Selector.open();
        port.register(selector, SelectionKey.OP_ACCEPT);
    }

    int port() {
        return port.socket().getLocalPort();
    }

    /** From now on every answer ends its connection. */
    void endConnections() {
        closing = true;
    }

    /** Takes what has connected already, then nothing more. */
    void closePort() {
        onThread(() -> {
            accept();
            port.close();
        });
    }

    /** How many requests are not answered yet, or may be on their way in a connection that is new. */
    int unfinished() {
        return unfinished;
    }

    void stop() {
        stopped = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        long swept = System.nanoTime();
        while (!stopped) {
            try {
                selector.select(closing ? 20 : 500);
                long now = System.nanoTime();
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
                while (keys.hasNext()) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    if (key.isValid() && key.isAcceptable()) {
                        accept();
                    } else if (key.isValid()) {
                        ((Connection) key.attachment()).proceed(now);
                    }
                }
                if (now - swept > SWEEP_NANOS) {
                    sweep(now);
                    swept = now;
                }
            } catch (IOException failure) {
                // Of the selector or the port, such as too many open files: the next round may do better.
                pause();
            }
        }
        new ArrayList<>(open).forEach(Connection::close);
        try {
            port.close();
            selector.close();
        } catch (IOException alreadyClosed) {
            // Nothing is left to close.
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private void onThread(Task task) {
        tasks.add(() -> {
            try {
                task.run();
            } catch (IOException closed) {
                // The port or a caller is gone, which is what the task was about.
            }
        });
        selector.wakeup();
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() throws IOException {
        for (SocketChannel channel = port.accept(); channel != null; channel = port.accept()) {
            if (open.size() >= MOST && !silent.isEmpty()) {
                silent.iterator().next().close();
            }
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Connection connection = new Connection(channel);
            connection.key = channel.register(selector, SelectionKey.OP_READ, connection);
            open.add(connection);
            silent.add(connection);
        }
    }

    private void sweep(long now) {
        int waiting = 0;
        for (Connection connection : new ArrayList<>(open)) {
            if (connection.isOverdue(now)) {
                connection.close();
            } else if (connection.isUnfinished(now)) {
                waiting++;
            }
        }
        unfinished = waiting;
    }

    /** One connection: its bytes in and out, and what it is in the middle of. Only the one thread touches it. */
    private final class Connection {
        private final SocketChannel channel;
        private final long came = System.nanoTime();
        private SelectionKey key;
        private long since = came;
        private final ByteArrayOutputStream in = new ByteArrayOutputStream();
        private ByteBuffer out;
        private Request request;
        private int bodyStart;
        private int needed;
        private boolean answering;
        private boolean last;
        private boolean leaving;
        private boolean asked;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }

        void proceed(long now) {
            try {
                if (out != null) {
                    write();
                } else if (leaving) {
                    drop();
                } else {
                    read(now);
                }
            } catch (IOException | CancelledKeyException gone) {
                close();
            }
        }

        private void read(long now) throws IOException {
            received.clear();
            int count = channel.read(received);
            if (count < 0) {
                close();
                return;
            }
            if (in.size() == 0) {
                since = now;
            }
            received.flip();
            byte[] bytes = new byte[received.remaining()];
            received.get(bytes);
            in.write(bytes, 0, bytes.length);
            advance(now);
        }

        /** Takes the next request out of what has come in, if a whole one has. */
        private void advance(long now) throws IOException {
            try {
                if (request == null) {
                    readHead();
                }
                if (request != null && in.size() >= needed) {
                    begin(now);
                }
            } catch (Request.Malformed malformed) {
                last = true;
                busy();
                answer(null, listener.onMalformed(malformed.status, malformed.getMessage()));
            }
        }

        private void readHead() throws IOException, Request.Malformed {
            String text = new String(in.toByteArray(), StandardCharsets.ISO_8859_1);
            int start = text.startsWith("\r\n") ? 2 : 0;
            Matcher end = END_OF_HEAD.matcher(text);
            boolean whole = end.find(start);
            if ((whole ? end.start() : text.length()) > HEAD_BYTES) {
                throw new Request.Malformed(431, "the head is too long");
            }
            if (!whole) {
                return;
            }
            request = new Request(text.substring(start, end.start()), (InetSocketAddress) channel.getRemoteAddress(),
                    (InetSocketAddress) channel.getLocalAddress());
            long length = request.bodyLength();
            if (length < 0 || length > BODY_BYTES) {
                request.refuseBody(length < 0 ? 411 : 413);
                last = true;
                length = 0;
            } else if (length > 0 && request.getRequestHeaders().containsKey("Expect")) {
                channel.write(ByteBuffer.wrap(CONTINUE));
            }
            bodyStart = end.end();
            needed = bodyStart + (int) length;
        }

        private void begin(long now) {
            byte[] bytes = in.toByteArray();
            in.reset();
            in.write(bytes, needed, bytes.length - needed);
            Request whole = request;
            request = null;
            whole.setBody(Arrays.copyOfRange(bytes, bodyStart, needed));
            busy();
            listener.onRequest(whole, response -> onThread(() -> answer(whole, response)), now);
        }

        private void busy() {
            asked = true;
            answering = true;
            silent.remove(this);
            key.interestOps(0);
        }

        private void answer(Request whole, Response response) throws IOException {
            if (!key.isValid()) {
                return;
            }
            last |= closing || whole == null || !whole.keepsConnection();
            out = response.bytes(whole, last);
            since = System.nanoTime();
            try {
                write();
            } catch (IOException gone) {
                close();
            }
        }

        private void write() throws IOException {
            channel.write(out);
            if (out.hasRemaining()) {
                key.interestOps(SelectionKey.OP_WRITE);
                return;
            }
            out = null;
            answering = false;
            since = System.nanoTime();
            key.interestOps(SelectionKey.OP_READ);
            if (last) {
                leaving = true;
                channel.shutdownOutput();
                return;
            }
            silent.add(this);
            if (in.size() > 0) {
                advance(since);
            }
        }

        private void drop() throws IOException {
            received.clear();
            if (channel.read(received) < 0) {
                close();
            }
        }

        boolean isOverdue(long now) {
            long patience = leaving ? GOODBYE_NANOS : out != null ? ANSWER_NANOS : in.size() > 0 ? REQUEST_NANOS : SILENCE_NANOS;
            return (!answering || out != null) && now - since > patience;
        }

        boolean isUnfinished(long now) {
            return answering || !leaving && (in.size() > 0 || !asked && now - came < FIRST_REQUEST_NANOS);
        }

        void close() {
            open.remove(this);
            silent.remove(this);
            try {
                channel.close();
            } catch (IOException alreadyClosed) {
                // Nothing is left to close.
            }
        }
    }
}
