/*
 * The scripted upstream: upstream PORT
 *
 * The id is the script: xxxxxxxx-DDDD-400R-8000-xxxxxxxxxxxx is answered after 0xDDDD ms, with Success where R is 0, with
 * Running where it is 1, with Running until GET /end where it is 2, and where it is 3 with a Running of 256 KiB that is
 * another one each time. GET /calls tells how many statuses were asked for so far; GET /history when those of the kinds 2
 * and 3 were answered since GET /begin, which takes /end back, and when the first Success was (ns, 0 before).
 */
#include "http.h"
#include <poll.h>

enum { MAX_CONNECTIONS = 65536, REQUEST_SIZE = 8192, ANSWER_SIZE = 8192, PADDING = 256 * 1024, HISTORY = 300 };

struct connection {
    int used, pending; /* bytes read; whether an answer is held back */
    int64_t due;
    int length, padded;
    char in[REQUEST_SIZE];
    char out[ANSWER_SIZE];
};

static struct connection *connections[MAX_CONNECTIONS];
static int pending[MAX_CONNECTIONS], pendings;
static long calls;
static int64_t history[HISTORY], first_success;
static int history_count, ended;
static char padding[PADDING];

static void note(int success) {
    if (history_count < HISTORY) history[history_count++] = now_ns();
    if (success && first_success == 0) first_success = now_ns();
}

static void compose(struct connection *c, const char *id, int length, char kind) {
    int running = kind == '1' || kind == '3' || (kind == '2' && !ended);
    unsigned hash = 2166136261u;
    for (int i = 0; i < length; i++) hash = (hash ^ (unsigned char)id[i]) * 16777619u;
    char body[1024], date[64];
    int size = kind == '3'
        ? snprintf(body, sizeof body, "{\"executionId\":\"%.*s\",\"verificationStatus\":\"Running\",\"n\":%ld,\"padding\":\"",
            length, id, calls)
        : running
        ? snprintf(body, sizeof body, "{\"executionId\":\"%.*s\",\"verificationStatus\":\"Running\"}", length, id)
        : snprintf(body, sizeof body,
            "{\"executionId\":\"%.*s\",\"clearTextSolution\":{\"output\":\"function task output\","
            "\"executionStatus\":\"succeed\",\"senderAddress\":\"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"},"
            "\"signature\":{\"v\":28,\"r\":\"%08x6805d11bd09ecad1b67102a0be84810749430bf8deca83f93de9b185\","
            "\"s\":\"07f38e3b363300f4997460ddef83c0769dedfd7ba8a61a21236081b5b8f7%04x\"},"
            "\"verificationStatus\":\"Success\"}", length, id, hash, hash & 0xffff);
    time_t now = time(NULL);
    struct tm utc;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
    /* Peers go by these headers; the gateway by the body. */
    c->length = snprintf(c->out, sizeof c->out,
        "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Type: application/json\r\nCache-Control: max-age=%d\r\n"
        "ETag: \"%08x\"\r\nContent-Length: %d\r\n\r\n%.*s",
        date, running ? 1 : 31536000, hash, kind == '3' ? size + PADDING + 2 : size, size, body);
    c->padded = kind == '3';
    if (kind == '2' || kind == '3') note(!running);
}

static void compose_plain(struct connection *c, const char *status, const char *body) {
    c->length = snprintf(c->out, sizeof c->out,
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: %zu\r\n\r\n%s",
        status, strlen(body), body);
    c->padded = 0;
}

static void write_all(int fd, const char *bytes, size_t left) {
    while (left > 0) {
        ssize_t n = write(fd, bytes, left);
        struct pollfd room = {.fd = fd, .events = POLLOUT};
        if (n < 0 && errno == EAGAIN && poll(&room, 1, 1000) == 1) continue;
        if (n <= 0) {
            shutdown(fd, SHUT_RDWR);
            return;
        }
        bytes += n;
        left -= (size_t)n;
    }
}

static void flush(int fd, struct connection *c) {
    write_all(fd, c->out, (size_t)c->length);
    if (c->padded) {
        write_all(fd, padding, PADDING);
        write_all(fd, "\"}", 2);
    }
}

static void compose_history(struct connection *c) {
    char list[ANSWER_SIZE - 512];
    int used = snprintf(list, sizeof list, "{\"success\":%lld,\"calls\":[", (long long)first_success);
    for (int i = 0; i < history_count; i++)
        used += snprintf(list + used, sizeof list - (size_t)used, "%s%lld", i ? "," : "", (long long)history[i]);
    snprintf(list + used, sizeof list - (size_t)used, "]}");
    compose_plain(c, "200 OK", list);
}

/* One whole request has been read. */
static void answer(int fd, struct connection *c) {
    int64_t delay = 0;
    char *path = strchr(c->in, ' ');
    if (path == NULL) {
        shutdown(fd, SHUT_RDWR);
        return;
    }
    path++;
    if (strncmp(path, STATUS_PATH, strlen(STATUS_PATH)) == 0) {
        char *id = path + strlen(STATUS_PATH);
        int length = (int)strcspn(id, " ?");
        char kind = length == 36 ? id[17] : '0';
        calls++;
        if (length == 36) delay = strtol(id + 9, NULL, 16) * 1000000LL;
        compose(c, id, length, kind);
    } else if (strncmp(path, "/calls ", 7) == 0) {
        char number[24];
        snprintf(number, sizeof number, "%ld", calls);
        compose_plain(c, "200 OK", number);
    } else if (strncmp(path, "/history ", 9) == 0) {
        compose_history(c);
    } else if (strncmp(path, "/end ", 5) == 0 || strncmp(path, "/begin ", 7) == 0) {
        ended = path[1] == 'e';
        if (!ended) {
            history_count = 0;
            first_success = 0;
        }
        compose_plain(c, "200 OK", "true");
    } else {
        compose_plain(c, "404 Not Found", "{\"message\":\"not found\"}");
    }
    if (delay == 0) {
        flush(fd, c);
    } else {
        c->due = now_ns() + delay;
        c->pending = 1;
        pending[pendings++] = fd;
    }
}

static void read_from(int fd, struct connection *c) {
    ssize_t n = read(fd, c->in + c->used, (size_t)(REQUEST_SIZE - 1 - c->used));
    if (n <= 0) {
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        for (int i = 0; c->pending && i < pendings; i++)
            if (pending[i] == fd) pending[i--] = pending[--pendings];
        free(c);
        connections[fd] = NULL;
        close(fd);
        return;
    }
    c->used += (int)n;
    c->in[c->used] = 0;
    if (c->used >= 4 && memcmp(c->in + c->used - 4, "\r\n\r\n", 4) == 0) {
        c->used = 0;
        answer(fd, c);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    prepare_process();
    memset(padding, 'x', sizeof padding);
    int one = 1, epoll = epoll_create1(0), door = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = loopback(atoi(argv[1]));
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, 4096)) die("listen");
    struct epoll_event events[512], wanted = {.events = EPOLLIN, .data.fd = door};
    epoll_ctl(epoll, EPOLL_CTL_ADD, door, &wanted);
    for (;;) {
        int64_t next = -1, now;
        for (int i = 0; i < pendings; i++) {
            int64_t due = connections[pending[i]]->due;
            if (next < 0 || due < next) next = due;
        }
        int n = wait_until(epoll, events, 512, next);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd != door) {
                read_from(fd, connections[fd]);
                continue;
            }
            int client = accept4(door, NULL, NULL, SOCK_NONBLOCK);
            if (client < 0) continue;
            if (client >= MAX_CONNECTIONS) {
                close(client);
                continue;
            }
            no_delay(client);
            connections[client] = calloc(1, sizeof(struct connection));
            wanted.data.fd = client;
            epoll_ctl(epoll, EPOLL_CTL_ADD, client, &wanted);
        }
        now = now_ns();
        for (int i = 0; i < pendings; i++) {
            struct connection *c = connections[pending[i]];
            if (c->due > now) continue;
            c->pending = 0;
            flush(pending[i], c);
            pending[i--] = pending[--pendings];
        }
    }
}
