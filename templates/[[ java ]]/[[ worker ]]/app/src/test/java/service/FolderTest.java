package service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicLong;

final class FolderTest {
    private final Path root;
    private final AtomicLong now = new AtomicLong(1000000);
    private final Folder queue;

    private FolderTest() throws IOException {
        root = Files.createTempDirectory("queue");
        queue = opened();
    }

    private Folder opened() throws IOException {
        return new Folder(root, 30, now::get);
    }

    private void pass(int seconds) {
        now.addAndGet(seconds * 1000L);
    }

    static void theOldestComesFirst() throws Exception {
        FolderTest test = new FolderTest();
        test.queue.send("first");
        test.pass(1);
        test.queue.send("second");
        Tests.equal("first", test.queue.take().body);
        Tests.equal("second", test.queue.take().body);
        Tests.equal(null, test.queue.take());
    }

    static void onlyOneWorkerGetsAMessage() throws Exception {
        FolderTest test = new FolderTest();
        test.queue.send("once");
        Tests.equal(1, test.queue.take().attempt);
        Tests.equal(null, test.opened().take());
    }

    static void whatAKilledWorkerHadComesAgain() throws Exception {
        FolderTest test = new FolderTest();
        String id = test.queue.send("again");
        test.queue.take();
        test.pass(30);
        Message again = test.queue.take();
        Tests.equal(id + " again 2", again.id + " " + again.body + " " + again.attempt);
    }

    static void whatIsDoneIsGone() throws Exception {
        FolderTest test = new FolderTest();
        test.queue.send("done");
        test.queue.done(test.queue.take());
        test.pass(60);
        Tests.equal(null, test.queue.take());
        Tests.equal(0, test.queue.backlog().waiting);
    }

    static void whatIsGivenBackComesWhenItsPauseIsOver() throws Exception {
        FolderTest test = new FolderTest();
        test.queue.send("later");
        test.queue.retry(test.queue.take(), 5);
        test.pass(4);
        Tests.equal(null, test.queue.take());
        test.pass(1);
        Tests.equal(2, test.queue.take().attempt);
    }

    static void whatIsPutAsideIsKeptAndNeverTaken() throws Exception {
        FolderTest test = new FolderTest();
        String id = test.queue.send("poison");
        test.queue.setAside(test.queue.take());
        test.pass(60);
        Tests.equal(null, test.queue.take());
        byte[] kept = Files.readAllBytes(test.root.resolve("aside").resolve(id));
        Tests.equal("poison", new String(kept, StandardCharsets.UTF_8));
    }

    static void theBacklogHoldsWhatWaitsAndWhatIsInHand() throws Exception {
        FolderTest test = new FolderTest();
        test.queue.send("a");
        test.pass(10);
        test.queue.send("b");
        test.queue.take();
        Tests.equal(2, test.queue.backlog().waiting);
        Tests.equal(1000000L, test.queue.backlog().oldest);
    }

    static void aFileThatIsNoMessageIsLeftAlone() throws Exception {
        FolderTest test = new FolderTest();
        Files.write(test.root.resolve("notes.txt"), new byte[0]);
        Tests.equal(null, test.queue.take());
    }

    static void theFolderIsASetting() throws Exception {
        Path folder = Files.createTempDirectory("queue");
        Source.connect(Collections.singletonMap("QUEUE_FOLDER", folder.toString()), 10).send("there");
        Tests.equal(2, folder.toFile().list().length);
    }
}
