package service;

/** A message of the queue. */
final class Message {
    final String id;
    final String body;
    /** 1 at the first time. */
    final int attempt;
    /** When it was sent, in milliseconds since 1970. */
    final long sent;
    /** The key by which the source finds it. */
    final String handle;

    Message(String id, String body, int attempt, long sent, String handle) {
        this.id = id;
        this.body = body;
        this.attempt = attempt;
        this.sent = sent;
        this.handle = handle;
    }
}
