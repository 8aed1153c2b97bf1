package service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * A queue for one machine. A file is a message; its name holds when it is due, when it was sent, how often it was taken, and its id.
 *
 * <p>To take one is to rename it into the future, which only one worker can do. One that is killed gives it back that way.
 */
final class Folder implements Source {
    private final Path root;
    private final long hiddenSeconds;
    private final LongSupplier now;

    Folder(Path root, long hiddenSeconds, LongSupplier now) throws IOException {
        this.root = root;
        this.hiddenSeconds = hiddenSeconds;
        this.now = now;
        Files.createDirectories(root.resolve("aside"));
    }

    @Override
    public Backlog backlog() throws IOException {
        List<Entry> entries = entries();
        return new Backlog(entries.size(), entries.stream().mapToLong(entry -> entry.sent).min().orElse(0));
    }

    @Override
    public Message take() throws IOException {
        List<Entry> entries = entries();
        entries.sort(Comparator.<Entry>comparingLong(entry -> entry.due).thenComparingLong(entry -> entry.sent));
        for (Entry entry : entries) {
            if (entry.due > now.getAsLong()) {
                break;
            }
            Entry taken = new Entry(later(hiddenSeconds), entry.sent, entry.attempt + 1, entry.id);
            try {
                move(entry.name(), root.resolve(taken.name()));
            } catch (NoSuchFileException faster) {
                continue; // another worker was
            }
            String body = new String(Files.readAllBytes(root.resolve(taken.name())), StandardCharsets.UTF_8);
            return new Message(entry.id, body, taken.attempt, entry.sent, taken.name());
        }
        return null;
    }

    @Override
    public void done(Message message) throws IOException {
        Files.deleteIfExists(root.resolve(message.handle));
    }

    @Override
    public void retry(Message message, long seconds) throws IOException {
        Entry later = new Entry(later(seconds), message.sent, message.attempt, message.id);
        move(message.handle, root.resolve(later.name()));
    }

    @Override
    public void setAside(Message message) throws IOException {
        move(message.handle, root.resolve("aside").resolve(message.id));
    }

    @Override
    public String send(String body) throws IOException {
        String id = UUID.randomUUID().toString().replace("-", "");
        Files.write(root.resolve("." + id), body.getBytes(StandardCharsets.UTF_8));
        // Only now is it a message, and a whole one.
        move("." + id, root.resolve(new Entry(now.getAsLong(), now.getAsLong(), 0, id).name()));
        return id;
    }

    private List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root)) {
            for (Path file : files) {
                String[] parts = file.getFileName().toString().split("-");
                if (parts.length == 4) {
                    entries.add(new Entry(
                            Long.parseLong(parts[0]), Long.parseLong(parts[1]), Integer.parseInt(parts[2]), parts[3]));
                }
            }
        }
        return entries;
    }

    private void move(String name, Path to) throws IOException {
        Files.move(root.resolve(name), to, StandardCopyOption.ATOMIC_MOVE);
    }

    private long later(long seconds) {
        return now.getAsLong() + seconds * 1000;
    }

    private static final class Entry {
        private final long due;
        private final long sent;
        private final int attempt;
        private final String id;

        Entry(long due, long sent, int attempt, String id) {
            this.due = due;
            this.sent = sent;
            this.attempt = attempt;
            this.id = id;
        }

        String name() {
            return due + "-" + sent + "-" + attempt + "-" + id;
        }
    }
}
