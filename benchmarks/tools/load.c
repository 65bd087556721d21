/*
 * The load that wrk can't make. Prints one JSON object.
 *
 *   load pace PORT FILE CONNECTIONS RATE SECONDS   an open loop: RATE requests a second, evenly, random lines of FILE
 *   load once PORT FILE CONNECTIONS                a closed loop: each line of FILE once
 *   load herd PORT PATH CLIENTS                    all connect, then all ask for PATH at the same instant
 *   load poll PORT PATH CLIENTS MILLIS SECONDS     each client asks for PATH every MILLIS, evenly staggered
 *   load wait PORT PATH CLIENTS SECONDS            all connect and ask for PATH with Prefer: wait=55
 *   load stream PORT PATH CLIENTS SECONDS          likewise for an event stream; each is read to its end
 *   load stall PORT PATH CLIENTS SECONDS           likewise, and none reads, for SECONDS; no figures
 *
 * A line of FILE is a path and, after a tab, an entity tag for If-None-Match. A latency runs from the instant at which
 * the request was due, whether or not a connection was free then: a server that stalls can't hide what it kept waiting.
 * Those of wait and stream run from "origin", an instant on the machine's monotonic clock, in ns; "applied" of the answers
 * have a Preference-Applied, "terminal" hold a Success. They end after SECONDS at the latest, and hang up with a reset.
 */
#include "http.h"

enum { ANSWER_SIZE = 16384 };

struct client {
    int fd, busy, used, length;
    const char *request;
    int64_t due; /* of the request under way */
    int64_t next; /* poll: of the next one */
    char in[ANSWER_SIZE];
};

static int port, epoll, clients_count, idle_first, idle_count;
static struct client *clients;
static int *idle; /* a ring: the client that has been idle longest is first */
static char **requests;
static int *lengths;
static int requests_count;
static int32_t *latencies; /* µs */
static long latencies_size, good, bad, broken, applied, terminal;
static const char *more = "Accept: application/json\r\n"; /* header fields of every request */
static int patient, stream, stalled;

static void add_request(const char *path, const char *etag) {
    static int room;
    if (requests_count == room) {
        room = room ? room * 2 : 1024;
        requests = realloc(requests, (size_t)room * sizeof *requests);
        lengths = realloc(lengths, (size_t)room * sizeof *lengths);
    }
    lengths[requests_count] = asprintf(&requests[requests_count],
        "GET %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: load\r\n%s%s%s%s\r\n",
        path, more, etag ? "If-None-Match: " : "", etag ? etag : "", etag ? "\r\n" : "");
    requests_count++;
}

static void read_requests(const char *name) {
    FILE *file = fopen(name, "r");
    if (file == NULL) die(name);
    char line[1024];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        char *tab = strchr(line, '\t');
        if (tab) *tab++ = 0;
        add_request(line, tab);
    }
    fclose(file);
}

static void connect_client(struct client *c) {
    struct sockaddr_in at = loopback(port);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    int little = 4096;
    if (stalled) setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    if (connect(c->fd, (struct sockaddr *)&at, sizeof at)) die("connect");
    no_delay(c->fd);
    struct linger at_once = {.l_onoff = 1};
    if (patient) setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    struct epoll_event wanted = {.events = stalled ? 0 : EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &wanted);
}

static void put_idle(struct client *c) {
    idle[(idle_first + idle_count++) % clients_count] = (int)(c - clients);
}

static struct client *take_idle(void) {
    struct client *c = &clients[idle[idle_first]];
    idle_first = (idle_first + 1) % clients_count;
    idle_count--;
    return c;
}

static void connect_all(int count) {
    clients_count = count;
    clients = calloc((size_t)count, sizeof *clients);
    idle = calloc((size_t)count, sizeof *idle);
    for (int i = 0; i < count; i++) {
        connect_client(&clients[i]);
        put_idle(&clients[i]);
    }
}

static void send_request(struct client *c, int request, int64_t due) {
    c->busy = 1;
    c->due = due;
    c->used = 0;
    c->length = -1;
    if (send(c->fd, requests[request], (size_t)lengths[request], 0) != lengths[request]) broken++;
}

static void done(struct client *c, int ok) {
    static long room;
    if (latencies_size == room) {
        room = room ? room * 2 : 1 << 16;
        latencies = realloc(latencies, (size_t)room * sizeof *latencies);
    }
    latencies[latencies_size++] = (int32_t)((now_ns() - c->due) / 1000);
    if (ok) good++; else bad++;
    c->busy = 0;
    put_idle(c);
}

static void lose(struct client *c) {
    broken++;
    close(c->fd);
    connect_client(c);
    if (c->busy) {
        c->busy = 0;
        put_idle(c);
    }
}

static void read_answer(struct client *c) {
    ssize_t n = recv(c->fd, c->in + c->used, (size_t)(ANSWER_SIZE - 1 - c->used), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        lose(c);
        return;
    }
    c->used += (int)n;
    c->in[c->used] = 0;
    if (stream) {
        int whole = c->used > 5 && strcmp(c->in + c->used - 5, "0\r\n\r\n") == 0;
        int refused = strncmp(c->in + 9, "200", 3) != 0;
        if (whole || (refused && strstr(c->in, "\r\n\r\n"))) {
            terminal += strstr(c->in, "\"Success\"") != NULL;
            done(c, !refused);
        } else if (c->used == ANSWER_SIZE - 1) c->used = 0;
        return;
    }
    if (c->length < 0) {
        char *end = strstr(c->in, "\r\n\r\n");
        if (end == NULL) return;
        int head = (int)(end - c->in) + 4, body = 0;
        for (char *line = strstr(c->in, "\r\n"); line && line < end; line = strstr(line + 2, "\r\n"))
            if (strncasecmp(line + 2, "content-length:", 15) == 0) body = atoi(line + 17);
        if (strncmp(c->in + 9, "304", 3) == 0) body = 0;
        c->length = head + body;
    }
    if (c->used < c->length) return;
    if (patient) {
        applied += strcasestr(c->in, "\r\npreference-applied:") != NULL;
        terminal += strstr(c->in, "\"Success\"") != NULL;
    }
    done(c, strncmp(c->in + 9, "200", 3) == 0 || strncmp(c->in + 9, "304", 3) == 0);
}

static void turn(int64_t until) {
    struct epoll_event events[512];
    int n = wait_until(epoll, events, 512, until);
    for (int i = 0; i < n; i++) {
        struct client *c = events[i].data.ptr;
        if (stalled) close(c->fd); /* cut off */
        else read_answer(c);
    }
}

static uint32_t random_number(void) {
    static uint64_t state = 88172645463325252ULL;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

static void pace(int rate, double seconds) {
    int64_t start = now_ns(), step = 1000000000LL / rate;
    int64_t last = (int64_t)(seconds * rate), sent = 0;
    /* a server that can't keep up is let off after twice the time, with what it has done by then */
    int64_t end = start + (int64_t)(seconds * 2e9);
    while (sent < last && now_ns() < end) {
        int64_t due = start + sent * step;
        while (sent < last && due <= now_ns() && idle_count > 0) {
            send_request(take_idle(), (int)(random_number() % (unsigned)requests_count), due);
            due = start + ++sent * step;
        }
        turn(idle_count > 0 ? due : now_ns() + 1000000000LL);
    }
}

static void once(void) {
    for (int sent = 0; sent < requests_count;) {
        while (idle_count > 0 && sent < requests_count) send_request(take_idle(), sent++, now_ns());
        turn(-1);
    }
}

static void herd(void) {
    int64_t at = now_ns();
    for (int i = 0; i < clients_count; i++) send_request(&clients[i], 0, at);
    idle_count = 0;
}

static void poll_for(int64_t interval, double seconds) {
    int64_t start = now_ns(), end = start + (int64_t)(seconds * 1e9);
    for (int i = 0; i < clients_count; i++) clients[i].next = start + interval * i / clients_count;
    idle_count = 0;
    for (int64_t now = start; now < end; now = now_ns()) {
        int64_t soonest = end;
        for (int i = 0; i < clients_count; i++) {
            struct client *c = &clients[i];
            if (!c->busy && c->next <= now) {
                send_request(c, 0, c->next);
                while (c->next <= now) c->next += interval;
            }
            if (!c->busy && c->next < soonest) soonest = c->next;
        }
        turn(soonest);
        idle_count = 0;
    }
}

static void wait_for(double seconds) {
    int64_t end = now_ns() + (int64_t)(seconds * 1e9);
    herd();
    while (idle_count < clients_count && now_ns() < end) turn(end);
}

static int by_size(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static double percentile(double share) {
    long i = (long)(share * (double)latencies_size);
    return latencies_size == 0 ? 0 : latencies[i < latencies_size ? i : latencies_size - 1];
}

int main(int argc, char **argv) {
    if (argc < 5) return 2;
    const char *mode = argv[1];
    int file = strcmp(mode, "pace") == 0 || strcmp(mode, "once") == 0;
    stream = strcmp(mode, "stream") == 0;
    stalled = strcmp(mode, "stall") == 0;
    patient = stream || stalled || strcmp(mode, "wait") == 0;
    if (stream || stalled) more = "Accept: text/event-stream\r\n";
    else if (patient) more = "Prefer: wait=55\r\n";
    prepare_process();
    port = atoi(argv[2]);
    epoll = epoll_create1(0);
    if (file) read_requests(argv[3]); else add_request(argv[3], NULL);
    connect_all(atoi(argv[4]));
    int64_t start = now_ns();
    if (strcmp(mode, "pace") == 0 && argc == 7) pace(atoi(argv[5]), atof(argv[6]));
    else if (strcmp(mode, "once") == 0) once();
    else if (strcmp(mode, "herd") == 0) herd();
    else if (strcmp(mode, "poll") == 0 && argc == 7) poll_for(atoi(argv[5]) * 1000000LL, atof(argv[6]));
    else if (patient && argc == 6) wait_for(atof(argv[5]));
    else return 2;
    int64_t patience = now_ns() + (patient ? 0 : 5000000000LL);
    for (int busy = 1; busy && now_ns() < patience;) {
        busy = 0;
        for (int i = 0; i < clients_count; i++) busy |= clients[i].busy;
        if (busy) turn(patience);
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    for (int i = 0; i < clients_count; i++) broken += clients[i].busy;
    qsort(latencies, (size_t)latencies_size, sizeof *latencies, by_size);
    if (patient)
        printf("{\"good\":%ld,\"bad\":%ld,\"broken\":%ld,\"applied\":%ld,\"terminal\":%ld,\"origin\":%lld,\"p0\":%.0f,\"p50\":%.0f,\"p99\":%.0f,\"max\":%.0f}\n",
            good, bad, broken, applied, terminal, (long long)start, percentile(0), percentile(.5), percentile(.99), percentile(1));
    else
        printf("{\"good\":%ld,\"bad\":%ld,\"broken\":%ld,\"seconds\":%.3f,\"p50\":%.0f,\"p99\":%.0f,\"p999\":%.0f,\"max\":%.0f}\n",
        good, bad, broken, seconds, percentile(.5), percentile(.99), percentile(.999), percentile(1));
    return 0;
}
