package service;

import java.nio.file.Paths;
import java.util.Map;

/**
 * What the worker needs of a queue. <b>Put your queue here</b>: a class with these methods, made by {@link #connect}. README.md shows
 * what they are in queues that people use.
 */
interface Source {
    /** How many messages are not done, and when the oldest of them was sent. */
    Backlog backlog() throws Exception;

    /** Returns the next message, which no other worker gets meanwhile; null where none is due. */
    Message take() throws Exception;

    /** Forgets it. */
    void done(Message message) throws Exception;

    /** Gives it back, to be taken when so many seconds are over. */
    void retry(Message message, long seconds) throws Exception;

    /** Keeps it where no worker takes it, for a person to look at. */
    void setAside(Message message) throws Exception;

    /** Adds a message, and returns its id. */
    String send(String body) throws Exception;

    /** Returns the queue of this worker; a message that is taken is hidden for longer than {@code longest} seconds. */
    static Source connect(Map<String, String> variables, int longest) throws Exception {
        String folder = variables.get("QUEUE_FOLDER");
        return new Folder(
                Paths.get(folder == null || folder.isEmpty() ? "/tmp/queue" : folder), longest + 20L, System::currentTimeMillis);
    }

    /** How many messages are not done, and when the oldest of them was sent: milliseconds since 1970, 0 where there is none. */
    final class Backlog {
        final int waiting;
        final long oldest;

        Backlog(int waiting, long oldest) {
            this.waiting = waiting;
            this.oldest = oldest;
        }
    }
}
