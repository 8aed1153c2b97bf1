/**
 * Where messages come from: what the worker needs of a queue, and a folder that is one.
 *
 * **Put your queue here**: a class with the methods of `Folder`, made by `connect`. README.md has them for queues that people
 * use. A message has `id`, `body`, `attempt` (1 at the first time), and what its source finds it by.
 */

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Returns the queue of this worker; a message that is taken is hidden for longer than `longest` seconds. */
export async function connect(variables, longest) {
  const folder = new Folder(variables.QUEUE_FOLDER || '/tmp/queue', longest + 20);
  await folder.open();
  return folder;
}

/**
 * A queue for one machine. A file is a message; its name holds when it is due, when it was sent, how often it was taken, and its id.
 *
 * To take one is to rename it into the future, which only one worker can do. One that is killed gives it back that way.
 */
export class Folder {
  #root;
  #hidden;
  #now;

  constructor(root, hidden, now = () => Date.now() / 1000) {
    this.#root = root;
    this.#hidden = hidden;
    this.#now = now;
  }

  async open() {
    await mkdir(join(this.#root, 'aside'), { recursive: true });
  }

  /** How many messages are not done, and when the oldest of them was sent: seconds since 1970, 0 if there is none. */
  async backlog() {
    const sent = (await this.#names()).map((name) => name.sent);
    return { waiting: sent.length, oldest: sent.length > 0 ? Math.min(...sent) / 1000 : 0 };
  }

  /** Returns the next message, which no other worker gets meanwhile; null if none is due. */
  async take() {
    const now = this.#millis(0);
    const names = await this.#names();
    names.sort((a, b) => a.due - b.due || a.sent - b.sent);
    for (const { due, sent, attempt, id } of names) {
      if (due > now) {
        break;
      }
      const handle = nameOf(this.#millis(this.#hidden), sent, attempt + 1, id);
      try {
        await rename(join(this.#root, nameOf(due, sent, attempt, id)), join(this.#root, handle));
      } catch (failure) {
        if (failure.code === 'ENOENT') {
          continue; // another worker was faster
        }
        throw failure;
      }
      const body = await readFile(join(this.#root, handle), 'utf8');
      return { id, body, attempt: attempt + 1, sent, handle };
    }
    return null;
  }

  /** Forgets it. */
  async done(message) {
    await rm(join(this.#root, message.handle), { force: true });
  }

  /** Gives it back, to be taken when so many seconds are over. */
  async retry(message, seconds) {
    const later = nameOf(this.#millis(seconds), message.sent, message.attempt, message.id);
    await rename(join(this.#root, message.handle), join(this.#root, later));
  }

  /** Keeps it where no worker takes it, for a person to look at. */
  async setAside(message) {
    await rename(join(this.#root, message.handle), join(this.#root, 'aside', message.id));
  }

  /** Adds a message, and returns its id. */
  async send(body) {
    const id = randomUUID().replaceAll('-', '');
    const now = this.#millis(0);
    const draft = join(this.#root, `.${id}`);
    await writeFile(draft, body);
    // Only now is it a message, and a whole one.
    await rename(draft, join(this.#root, nameOf(now, now, 0, id)));
    return id;
  }

  async #names() {
    const parts = (await readdir(this.#root)).map((name) => name.split('-'));
    return parts
      .filter((part) => part.length === 4)
      .map(([due, sent, attempt, id]) => ({ due: Number(due), sent: Number(sent), attempt: Number(attempt), id }));
  }

  #millis(seconds) {
    return Math.round((this.#now() + seconds) * 1000);
  }
}

function nameOf(due, sent, attempt, id) {
  return [due, sent, attempt, id].join('-');
}
