/* A service that keeps the contract of docs/contract.md as far as a deployment asks: /info, /readyz, /metrics, SIGTERM.
   `service healthcheck` asks the one that runs, `service fetch ADDRESS PORT` whatever listens there: 0 for an answer with status 200.
   FATE=crash ends it at once, FATE=unready never lets it be ready, FATE=liar has it name another digest. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t leaving;

static void leave(int signal) {
  (void)signal;
  leaving = 1;
}

static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value ? value : "";
}

static void answer(int client) {
  char request[8192], body[1024], head[256];
  const char *status = "200 OK";
  ssize_t length = read(client, request, sizeof request - 1);
  if (length <= 0) return;
  request[length] = 0;
  if (strstr(request, " /info ")) {
    snprintf(body, sizeof body,
             "{\"service\": \"%s\", \"environment\": \"%s\", \"digest\": \"%s\", \"revision\": \"%s\", \"runtime\": {\"name\": \"c\", \"version\": \"%s\"}}",
             variable("SERVICE_NAME"), variable("ENVIRONMENT"),
             strcmp(variable("FATE"), "liar") ? variable("IMAGE_DIGEST") : "sha256:another", variable("REVISION"), variable("RUNTIME_VERSION"));
  } else if (strstr(request, " /readyz ") && (leaving || !strcmp(variable("FATE"), "unready"))) {
    status = "503 Service Unavailable";
    strcpy(body, "not ready");
  } else if (strstr(request, " /metrics ")) {
    strcpy(body, "works 1\n");
  } else {
    usleep(20000);
    strcpy(body, "hello");
  }
  snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", status, strlen(body));
  if (write(client, head, strlen(head)) > 0 && write(client, body, strlen(body)) > 0) shutdown(client, SHUT_WR);
}

static int fetch(const char *host, const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
  struct timeval patience = {.tv_sec = 3};
  const char *request = "GET / HTTP/1.0\r\n\r\n";
  char reply[64] = "";
  int server = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(server, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (!inet_aton(host, &address.sin_addr) || connect(server, (struct sockaddr *)&address, sizeof address)) return perror("connect"), 1;
  if (write(server, request, strlen(request)) < 0 || read(server, reply, sizeof reply - 1) < 12) return perror("no answer"), 1;
  return strncmp(reply + 9, "200", 3) != 0;
}

int main(int count, char **arguments) {
  if (count == 2 && !strcmp(arguments[1], "healthcheck")) return fetch("127.0.0.1", variable("PORT"));
  if (count == 4 && !strcmp(arguments[1], "fetch")) return fetch(arguments[2], arguments[3]);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(variable("PORT")))};
  int yes = 1, port = socket(AF_INET, SOCK_STREAM, 0);
  time_t closes = 0;
  if (!strcmp(variable("FATE"), "crash")) {
    fprintf(stderr, "{\"level\": \"error\", \"message\": \"cannot read the settings\"}\n");
    return 1;
  }
  signal(SIGTERM, leave);
  signal(SIGCHLD, SIG_IGN);
  setsockopt(port, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(port, (struct sockaddr *)&address, sizeof address) || listen(port, 128)) return perror("listen"), 1;
  while (!closes || time(NULL) < closes) {
    struct pollfd ready = {.fd = port, .events = POLLIN};
    if (leaving && !closes) closes = time(NULL) + 2;
    if (poll(&ready, 1, 100) < 1) continue;
    int client = accept(port, NULL, NULL);
    if (client < 0) continue;
    if (!fork()) return answer(client), 0;
    close(client);
  }
  close(port);
  while (wait(NULL) > 0) {
  }
  return 0;
}
