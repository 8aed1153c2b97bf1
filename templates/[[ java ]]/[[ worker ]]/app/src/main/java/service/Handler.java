package service;

/**
 * The work on one message. <b>Put your own here.</b>
 *
 * <p>A message may come twice: after a failure, or when a pod was killed before it could finish it. So handle it such that a second
 * time changes nothing.
 */
interface Handler {
    /** Does what the message asks for. An exception gives it back, and it comes again later. */
    void handle(Message message, Log log) throws Exception;

    /** The one that runs. */
    static Handler ours() {
        return (message, log) -> log.info("hello", "id", message.id, "characters", message.body.length());
    }
}
