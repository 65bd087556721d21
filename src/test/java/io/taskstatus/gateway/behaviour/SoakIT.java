package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.FakeUpstream.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./mvnw -Psoak verify}: everything goes wrong for minutes, while what is kept stays correct and fast. The packaged
 * gateway has the options of the image in a container of 256 MiB. {@code -Dsoak.seconds=N} sets how long each fault lasts;
 * the report is {@code target/soak-report.md}.
 */
@Tag("soak")
class SoakIT {
    private static final Duration FAULT = Duration.ofSeconds(Long.getLong("soak.seconds", 20));
    private static final int DISTINCT = Integer.getInteger("soak.ids", 100_000);
    private static final int CONNECTIONS = Integer.getInteger("soak.connections", 20_000);
    /** Within this, 99 % of the hits have to be answered, on a machine that is busy with all the rest. */
    private static final Duration FAST = Duration.ofMillis(250);

    private static final int MEMORY_MIB = 256;
    /** What a whole JDK without the image's AOT cache takes more. That the image fits is what ContainerIT shows. */
    private static final int JDK_MIB = 40;

    /** As in docker/Dockerfile.jvm. */
    private static final List<String> ALLOCATOR =
            List.of("env", "MALLOC_ARENA_MAX=1", "MALLOC_MMAP_THRESHOLD_=131072", "MALLOC_TRIM_THRESHOLD_=131072");

    @TempDir
    Path folder;

    private final List<String> kept =
            IntStream.range(0, 200).mapToObj(i -> "kept-" + i).toList();
    private final AtomicInteger nextId = new AtomicInteger();
    private final Set<String> answered = ConcurrentHashMap.newKeySet();
    private final List<String> report = new ArrayList<>();
    private final AtomicLong ownMemory = new AtomicLong();

    private static Map<String, Reply> faults() {
        Map<String, Reply> faults = new LinkedHashMap<>();
        faults.put("refuses with 503", FakeUpstream.status(503));
        faults.put("resets", FakeUpstream.resets());
        faults.put("hangs", FakeUpstream.hangs());
        faults.put("drips", FakeUpstream.says(SUCCESS).dripping(Duration.ofMillis(20)));
        faults.put("answers gibberish", FakeUpstream.raw("\u0000\u0001 gibberish \r\n\r\n\r\n"));
        faults.put(
                "answers HTML",
                FakeUpstream.says(SUCCESS).saying("<html>maintenance</html>").as("text/html"));
        faults.put(
                "promises more than comes",
                FakeUpstream.says(SUCCESS).promising(10).closing());
        faults.put(
                "promises less than comes",
                FakeUpstream.says(SUCCESS).promising(-10).closing());
        faults.put("stops in the middle", FakeUpstream.says(SUCCESS).truncatedAfter(30));
        faults.put("never ends", FakeUpstream.says(SUCCESS).endless());
        faults.put(
                "speaks of another execution",
                FakeUpstream.says(SUCCESS).saying(FakeUpstream.bodyOf("somebody-elses", SUCCESS)));
        return faults;
    }

    /** Bodies as large as they may be, which cost memory. */
    private static Map<String, String> burdens() {
        int most = 4 << 20;
        String head = "{\"verificationStatus\":\"Running\",\"a\":";
        String nesting = "[".repeat(most / 2 - 64) + "]".repeat(most / 2 - 64);
        StringBuilder keys = new StringBuilder(head + "0");
        for (int i = 0; keys.length() < most - 64; i++) {
            keys.append(",\"").append(Integer.toString(i, 36)).append("\":0");
        }
        Map<String, String> burdens = new LinkedHashMap<>();
        burdens.put("4 MiB of one string", head + "\"" + "a".repeat(most - 64) + "\"}");
        burdens.put("4 MiB of nesting", head + nesting + "}");
        burdens.put("4 MiB of keys", keys + "}");
        return burdens;
    }

    @Test
    void whateverGoesWrongWhatIsKeptStaysCorrect() throws Exception {
        Optional<JumpingClock> clock = JumpingClock.in(folder);
        List<String> program = new ArrayList<>(ALLOCATOR);
        clock.map(JumpingClock::program).ifPresent(program::addAll);
        try (FakeUpstream upstream = FakeUpstream.start()) {
            upstream.otherwise(FakeUpstream.says(SUCCESS));
            List<String> options = options(upstream, folder.resolve("store"));
            try (GatewayProcess gateway = GatewayProcess.startUnder(program, options.toArray(String[]::new))) {
                SoakLoad load = new SoakLoad(gateway.port(), kept, nextId, answered);
                learn(load, gateway);
                during(
                        going -> weigh(gateway, going),
                        1,
                        () -> during(load::hit, 4, () -> play(upstream, gateway, load, clock)));
                tell(load, gateway);
                gateway.kill();
            }
            int lost = lostAfterRestart(options, upstream);
            report.add("- results answered, then looked for after kill -9 with the upstream gone: " + answered.size()
                    + "; lost: " + lost);
            fullDisk(upstream);
            write();
            assertThat(lost).isZero();
        }
    }

    private void play(FakeUpstream upstream, GatewayProcess gateway, SoakLoad load, Optional<JumpingClock> clock)
            throws Exception {
        for (Map.Entry<String, Reply> fault : faults().entrySet()) {
            upstream.otherwise(fault.getValue());
            during(load::miss, 8, () -> pass(FAULT));
            recover(upstream, gateway, load, "the upstream " + fault.getKey());
        }
        during(load::miss, 8, () -> flap(upstream));
        recover(upstream, gateway, load, "the upstream flaps");
        for (Map.Entry<String, String> burden : burdens().entrySet()) {
            load.passedOn.add(burden.getValue());
            upstream.otherwise(FakeUpstream.body(burden.getValue()));
            during(load::miss, 32, () -> pass(FAULT));
            recover(upstream, gateway, load, "the upstream answers " + burden.getKey() + ", to 32 at once");
        }
        during(load::miss, 8, () -> jump(gateway, clock));
        recover(
                upstream,
                gateway,
                load,
                "the process is stopped and goes on later"
                        + (clock.isPresent() ? "; the clock jumps by a day, forth and back" : ""));
        int connections = flood(gateway, load);
        recover(
                upstream,
                gateway,
                load,
                connections + " connections at once: one third says nothing, one half a line, one has asked once");
        long start = System.nanoTime();
        int before = answered.size();
        during(load::miss, 24, () -> Awaitility.await()
                .atMost(Duration.ofMinutes(15))
                .until(() -> answered.size() >= DISTINCT));
        double seconds = (System.nanoTime() - start) / 1e9;
        report.add("- new ids in a row: %d in %.0f s, %d results in all"
                .formatted(answered.size() - before, seconds, answered.size()));
        assertThat(load.wrong).isEmpty();
    }

    /** The image's own, but for its paths. */
    private static List<String> options(FakeUpstream upstream, Path store) throws IOException {
        List<String> options = new ArrayList<>();
        Files.readAllLines(Path.of("docker", "jvm.options")).stream()
                .filter(line -> line.startsWith("-") && !line.contains("/app/") && !line.contains("sqlite.lib"))
                .forEach(options::add);
        options.addAll(List.of("-XX:MaxRAM=" + MEMORY_MIB + "m", "-XX:TieredStopAtLevel=4"));
        options.add("-Dgateway.upstream.attempt-timeout=500ms");
        options.add("-Dgateway.upstream.deadline=1s");
        options.add("-Dgateway.upstream.url=" + upstream.url());
        options.add("-Dgateway.store.path=" + store);
        return options;
    }

    /** Notes how much memory the gateway has at most. */
    private void weigh(GatewayProcess gateway, BooleanSupplier going) {
        while (going.getAsBoolean()) {
            try {
                ownMemory.accumulateAndGet(gateway.ownMemory(), Math::max);
            } catch (IOException ended) {
                return;
            }
            pass(Duration.ofMillis(200));
        }
    }

    /** What is asked for again and again later is known from here on. */
    private void learn(SoakLoad load, GatewayProcess gateway) throws IOException {
        try (RawClient client = new RawClient(gateway.port())) {
            for (String id : kept) {
                assertThat(load.ask(client, id)).isTrue();
            }
        }
    }

    private interface Client {
        void ask(BooleanSupplier going);
    }

    private interface Scene {
        void play() throws Exception;
    }

    /** Plays {@code scene} while so many of these clients ask. */
    private static void during(Client client, int clients, Scene scene) throws Exception {
        AtomicBoolean going = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, clients).forEach(i -> threads.execute(() -> client.ask(going::get)));
            try {
                scene.play();
            } finally {
                going.set(false);
            }
        }
    }

    private static void pass(Duration time) {
        Awaitility.await().pollDelay(time).atMost(time.plusMinutes(1)).until(() -> true);
    }

    private static void flap(FakeUpstream upstream) {
        long end = System.nanoTime() + FAULT.toNanos();
        boolean well = false;
        while (System.nanoTime() < end) {
            well = !well;
            upstream.otherwise(well ? FakeUpstream.says(SUCCESS) : FakeUpstream.resets());
            pass(Duration.ofMillis(300));
        }
    }

    private static void jump(GatewayProcess gateway, Optional<JumpingClock> clock) throws Exception {
        signal(gateway, "STOP");
        pass(FAULT.dividedBy(4));
        signal(gateway, "CONT");
        for (Duration jump : List.of(Duration.ofDays(1), Duration.ofDays(-1), Duration.ZERO)) {
            if (clock.isPresent()) {
                clock.get().jump(jump);
            }
            pass(FAULT.dividedBy(4));
        }
    }

    private static void signal(GatewayProcess gateway, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(gateway.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    /**
     * As many as the gateway takes, or as this process may have: some descriptors stay for all else. New connections are
     * answered meanwhile.
     */
    private int flood(GatewayProcess gateway, SoakLoad load) throws Exception {
        List<SocketChannel> silent = new ArrayList<>();
        List<String> sayings = List.of(
                "", "GET / HTTP/1.1\r\nHo", "GET " + Gateway.PATH + kept.getFirst() + " HTTP/1.1\r\nHost: g\r\n\r\n");
        try {
            int most = (int) Math.min(CONNECTIONS, descriptors() - 512);
            for (int i = 0; i < most; i++) {
                SocketChannel channel = SocketChannel.open();
                silent.add(channel);
                channel.bind(new InetSocketAddress(
                        InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (2 + i % 50)}), 0));
                channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
                channel.write(StandardCharsets.US_ASCII.encode(sayings.get(i % sayings.size())));
            }
            during(load::visit, 2, () -> pass(FAULT));
        } finally {
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
        return silent.size();
    }

    /** How many files and sockets a process may have open. */
    private static long descriptors() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("^Max open files +([0-9]+).*", "$1")))
                .findFirst()
                .orElse(1_024);
    }

    /** The upstream is well again, and soon so are answers about new ids. */
    private void recover(FakeUpstream upstream, GatewayProcess gateway, SoakLoad load, String fault) {
        upstream.otherwise(FakeUpstream.says(SUCCESS));
        upstream.hangUp();
        Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> {
            try (RawClient client = new RawClient(gateway.port())) {
                return load.ask(client, "new-" + nextId.incrementAndGet());
            }
        });
        report.add("- survived: " + fault);
        assertThat(load.wrong).as(fault).isEmpty();
    }

    private void tell(SoakLoad load, GatewayProcess gateway) throws IOException {
        report.add("- answers from what was kept meanwhile: " + load.hits.sum() + ", half of them within "
                + load.micros(0.5) + " us, 99 % within " + load.micros(0.99) + " us; wrong: " + load.wrong.size());
        report.add("- requests for ids never asked for before: " + load.misses.sum() + ", problems among the answers: "
                + load.problems);
        report.add("- memory of the process: at most " + ownMemory + " MiB of its own, " + gateway.mostMemory()
                + " MiB with the files that it has mapped");
        assertThat(load.wrong).isEmpty();
        assertThat(Duration.ofNanos(1_000 * load.micros(0.99))).isLessThan(FAST);
        assertThat(ownMemory.get()).isLessThan(MEMORY_MIB + JDK_MIB);
    }

    /** How many of the results that were answered are not there after a kill -9, with nobody to fetch them from. */
    private int lostAfterRestart(List<String> options, FakeUpstream upstream) throws IOException {
        upstream.otherwise(FakeUpstream.resets());
        int lost = 0;
        try (GatewayProcess gateway = GatewayProcess.start(options.toArray(String[]::new));
                RawClient client = new RawClient(gateway.port())) {
            SoakLoad again = new SoakLoad(gateway.port(), kept, nextId, ConcurrentHashMap.newKeySet());
            for (String id : answered) {
                lost += again.ask(client, id) ? 0 : 1;
            }
            assertThat(again.wrong).isEmpty();
        }
        return lost;
    }

    /** No file may grow past 4 MiB, as on a disk that is full: clients do not notice. */
    private void fullDisk(FakeUpstream upstream) throws Exception {
        upstream.otherwise(FakeUpstream.says(SUCCESS));
        List<String> limited = List.of("bash", "-c", "ulimit -f 4096; exec \"$0\" \"$@\"");
        List<String> options = options(upstream, folder.resolve("full"));
        try (GatewayProcess gateway = GatewayProcess.startUnder(limited, options.toArray(String[]::new))) {
            SoakLoad load = new SoakLoad(gateway.port(), kept, nextId, ConcurrentHashMap.newKeySet());
            learn(load, gateway);
            during(
                    load::hit,
                    4,
                    () -> during(load::miss, 8, () -> Awaitility.await()
                            .atMost(Duration.ofMinutes(5))
                            .until(() -> load.answered.size() >= DISTINCT / 5)));
            assertThat(load.wrong).isEmpty();
            assertThat(load.problems).isEmpty();
            report.add("- survived: a full disk, " + load.answered.size() + " results asked for, none of them refused");
        }
    }

    private void write() throws IOException {
        String text = "# Soak report\n\n" + String.join("\n", report) + "\n";
        Files.writeString(Path.of("target", "soak-report.md"), text);
        System.out.println(text);
    }
}
