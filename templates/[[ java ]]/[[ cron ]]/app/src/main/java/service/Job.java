package service;

import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * The work of one run. <b>Put your own here:</b> {@link #items} lists what is to be done, {@link #handle} does one of them.
 *
 * <p>A run may be repeated: after a failure, after a deployment, by hand. So handle an item such that a second time changes
 * nothing.
 */
class Job {
    private final Log log;

    Job(Log log) {
        this.log = log;
    }

    /** The run was told to stop (SIGTERM) when some items were done and others were left. */
    static final class Stopped extends Exception {
        private static final long serialVersionUID = 1;

        final int handled;

        Stopped(int handled) {
            super("stopped after " + handled + " items");
            this.handled = handled;
        }
    }

    /** The items of this run, such as rows of a table that are not done yet. */
    Iterable<String> items() throws Exception {
        return Arrays.asList("first", "second", "third");
    }

    /** Does one item; an exception ends the run, and Kubernetes starts it again. */
    void handle(String item) throws Exception {
        log.info("handled", "item", item);
    }

    /** Does all items and returns how many; between two of them it stops when it is told to. */
    final int run(BooleanSupplier stopping) throws Exception {
        int handled = 0;
        for (String item : items()) {
            if (stopping.getAsBoolean()) {
                throw new Stopped(handled);
            }
            handle(item);
            handled++;
        }
        return handled;
    }
}
