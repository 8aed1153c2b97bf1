package main

import "log/slog"

// handle does what the message asks for. **Put your own here.** An error gives the message back, and it comes again later.
//
// A message may come twice: after a failure, or when a pod was killed before it could finish it. So handle it such that a
// second time changes nothing.
func handle(message *message, log *slog.Logger) error {
	log.Info("hello", "id", message.id, "bytes", len(message.body))
	return nil
}
