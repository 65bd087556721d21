import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.FreshnessPolicy;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.Question;
import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.StatusSource;
import io.taskstatus.gateway.lookup.Tier;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Many replicas over one Redis, by a clock that jumps from event to event. Each replica is the real StatusLookup with
 * its memory and freshness; Redis, the lease and the upstream are models that count. One thread does everything: a
 * fetch takes no time here, and who asks while it would be under way is given its outcome and counted as waiting.
 *
 * <p>Arguments: replicas, ids, clients of each id, milliseconds between a client's questions, seconds that an id runs on
 * average (or =N for exactly N), ids a day, milliseconds that the upstream takes. An id is asked about from its beginning
 * until a client has heard its result; each question goes to any replica, or with "sticky" always to the client's own.
 */
final class Simulation {
    private static final long MILLI = 1_000_000;
    private static final byte[] RUNNING = "{\"verificationStatus\":\"Running\"}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SUCCESS = "{\"verificationStatus\":\"Success\"}".getBytes(StandardCharsets.US_ASCII);

    private long now = 1;
    private final Time time = new Time() {
        @Override
        public long ticks() {
            return now;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(now);
        }
    };

    /** One execution: when it ends, and what Redis knows of it. */
    private static final class Task {
        final ExecutionId id;
        final long end;
        int clients;
        boolean result;
        long at = Long.MIN_VALUE;
        long until;
        long since;
        long landed;

        Task(ExecutionId id, long end, int clients) {
            this.id = id;
            this.end = end;
            this.clients = clients;
        }
    }

    private record Ask(long at, Task task, int replica) {}

    private final Map<ExecutionId, Task> tasks = new HashMap<>();
    private final List<StatusLookup> replicas = new ArrayList<>();
    private final Random random = new Random(8);
    private final long upstreamTakes;
    private long calls;
    private long gets;
    private long acquires;
    private long publishes;
    private long keeps;
    private long waits;
    private long asks;

    private Simulation(int count, long upstreamTakes) {
        this.upstreamTakes = upstreamTakes;
        FreshnessPolicy freshness = new FreshnessPolicy(
                Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(1),
                Duration.ofSeconds(30));
        // a thousand memories of 64 MiB do not fit here; what is asked of one replica fits into less
        long memory = count > 10 ? 256 << 10 : 64 << 20;
        for (int i = 0; i < count; i++) {
            replicas.add(new StatusLookup(new Shared(), new Cluster(), freshness, memory, Duration.ofSeconds(5),
                    Runnable::run, new LookupObserver() {}, time));
        }
    }

    /** Results in Redis: a GET, and a script to keep one. */
    private final class Shared implements ResultStore {
        @Override
        public Future<Optional<Held>> find(ExecutionId id) {
            gets++;
            Task task = tasks.get(id);
            return CompletableFuture.completedFuture(task.result
                    ? Optional.of(new Held(snapshot(task, true), Tier.SHARED))
                    : Optional.empty());
        }

        @Override
        public StatusSnapshot keep(StatusSnapshot result) {
            keeps++;
            tasks.get(result.id()).result = true;
            return result;
        }

        @Override
        public Set<Tier> forget(ExecutionId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Held> inspect(ExecutionId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<StatusSnapshot> page(Optional<ExecutionId> after, int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Import> importAll(List<StatusSnapshot> results) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    /** The lease and the outcomes, as the scripts ACQUIRE and PUBLISH treat them. */
    private final class Cluster implements StatusSource {
        @Override
        public Fetched fetch(ExecutionId id, Optional<String> traceparent) {
            Task task = tasks.get(id);
            acquires++;
            if (now < task.landed) {
                // the lease is another's: woken when it is published, and asked once more
                waits++;
                acquires++;
                return shared(task);
            }
            if (task.result || now < task.until) {
                return shared(task);
            }
            calls++;
            publishes++;
            boolean ended = now >= task.end;
            task.landed = now + upstreamTakes;
            if (ended) {
                keeps++;
                return new Fetched.Found(snapshot(task, true));
            }
            boolean known = task.at != Long.MIN_VALUE && now - task.at < Duration.ofMinutes(1).toNanos();
            task.since = known ? task.since : task.landed;
            task.at = task.landed;
            long fresh = Math.clamp((task.at - task.since) / 10, 1_000 * MILLI, 5_000 * MILLI) - 20 * MILLI;
            task.until = task.at + fresh;
            return new Fetched.Found(snapshot(task, false));
        }

        private Fetched shared(Task task) {
            if (task.result) {
                return new Fetched.Found(snapshot(task, true), Optional.of(Fetched.Shared.RESULT));
            }
            long age = Math.max(0, now - task.at);
            return new Fetched.Found(
                    snapshot(task, false),
                    Optional.of(new Fetched.Shared(Duration.ofNanos(age), Duration.ofNanos(task.at - task.since))));
        }
    }

    private StatusSnapshot snapshot(Task task, boolean ended) {
        return new StatusSnapshot(
                task.id,
                ended ? VerificationStatus.SUCCESS : VerificationStatus.RUNNING,
                ended ? SUCCESS : RUNNING,
                time.now());
    }

    private void run(long ids, int clients, long interval, String runs, double idsADay, boolean sticky)
            throws InterruptedException {
        PriorityQueue<Ask> queue = new PriorityQueue<>((a, b) -> Long.compare(a.at(), b.at()));
        double between = 86_400e9 / idsADay;
        long nextBirth = now;
        long born = 0;
        while (born < ids || !queue.isEmpty()) {
            if (born < ids && (queue.isEmpty() || nextBirth <= queue.peek().at())) {
                now = nextBirth;
                double seconds = runs.startsWith("=")
                        ? Double.parseDouble(runs.substring(1))
                        : -Math.log(1 - random.nextDouble()) * Double.parseDouble(runs);
                Task task = new Task(new ExecutionId("e-" + born), now + (long) (seconds * 1e9), clients);
                tasks.put(task.id, task);
                for (int i = 0; i < clients; i++) {
                    long offset = i == 0 ? 0 : random.nextLong(interval);
                    queue.add(new Ask(now + offset, task, random.nextInt(replicas.size())));
                }
                born++;
                nextBirth = now + (long) (-Math.log(1 - random.nextDouble()) * between);
                continue;
            }
            Ask ask = queue.remove();
            now = ask.at();
            asks++;
            Answer.Status answer = (Answer.Status) replicas.get(ask.replica()).statusOf(Question.about(ask.task().id));
            if (answer.snapshot().isTerminal()) {
                if (--ask.task().clients == 0) {
                    tasks.remove(ask.task().id);
                }
            } else {
                int replica = sticky ? ask.replica() : random.nextInt(replicas.size());
                queue.add(new Ask(now + interval, ask.task(), replica));
            }
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        int count = Integer.parseInt(arguments[0]);
        long ids = Long.parseLong(arguments[1]);
        int clients = Integer.parseInt(arguments[2]);
        long interval = Long.parseLong(arguments[3]) * MILLI;
        double idsADay = Double.parseDouble(arguments[5]);
        boolean sticky = arguments.length > 7 && arguments[7].equals("sticky");
        Simulation simulation = new Simulation(count, Long.parseLong(arguments[6]) * MILLI);
        long start = System.nanoTime();
        simulation.run(ids, clients, interval, arguments[4], idsADay, sticky);
        double took = (System.nanoTime() - start) / 1e9;
        double each = ids;
        System.out.printf(
                Locale.ROOT,
                "{\"replicas\":%d,\"ids\":%d,\"clients\":%d,\"asks\":%.2f,\"calls\":%.3f,\"gets\":%.2f,\"acquires\":%.2f,"
                        + "\"publishes\":%.2f,\"keeps\":%.2f,\"waits\":%.3f,\"simulated\":%.0f,\"took\":%.1f}%n",
                count, ids, clients, simulation.asks / each, simulation.calls / each, simulation.gets / each,
                simulation.acquires / each, simulation.publishes / each, simulation.keeps / each,
                simulation.waits / each, simulation.now / 1e9, took);
    }
}
