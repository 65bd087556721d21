package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.FakeUpstream.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./mvnw -Psoak verify}: everything goes wrong for minutes, while what is kept stays correct. The packaged gateway
 * has the memory of a container of 256 MiB. {@code -Dsoak.seconds=N} sets how long each fault lasts; the report is
 * {@code target/soak-report.md}.
 */
@Tag("soak")
class SoakIT {
    private static final Duration FAULT = Duration.ofSeconds(Long.getLong("soak.seconds", 20));
    private static final int DISTINCT = Integer.getInteger("soak.ids", 100_000);
    private static final int FLOOD = 5_000;
    private static final String[] SMALL = {
        "-Xmx128m",
        "-XX:MaxMetaspaceSize=80m",
        "-XX:ReservedCodeCacheSize=48m",
        "-XX:+ExitOnOutOfMemoryError",
        "-Dio.netty.maxDirectMemory=33554432",
        "-Dgateway.memory.max-size=32M",
        "-Dgateway.upstream.attempt-timeout=500ms",
        "-Dgateway.upstream.deadline=1s"
    };

    @TempDir
    Path folder;

    private final List<String> kept =
            IntStream.range(0, 200).mapToObj(i -> "kept-" + i).toList();
    private final AtomicInteger nextId = new AtomicInteger();
    private final Set<String> answered = ConcurrentHashMap.newKeySet();
    private final List<String> report = new ArrayList<>();

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

    @Test
    void whateverGoesWrongWhatIsKeptStaysCorrect() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.start()) {
            upstream.otherwise(FakeUpstream.says(SUCCESS));
            List<String> options = options(upstream, folder.resolve("store"));
            try (GatewayProcess gateway = GatewayProcess.start(options.toArray(String[]::new))) {
                SoakLoad load = new SoakLoad(gateway.port(), kept, nextId, answered);
                learn(load, gateway);
                during(load::hit, 4, () -> {
                    for (Map.Entry<String, Reply> fault : faults().entrySet()) {
                        upstream.otherwise(fault.getValue());
                        during(load::miss, 8, () -> pass(FAULT));
                        recover(upstream, gateway, load, "the upstream " + fault.getKey());
                    }
                    during(load::miss, 8, () -> flap(upstream));
                    recover(upstream, gateway, load, "the upstream flaps");
                    flood(gateway);
                    recover(upstream, gateway, load, FLOOD + " connections that say nothing");
                    during(load::miss, 24, () -> Awaitility.await()
                            .atMost(Duration.ofMinutes(15))
                            .until(() -> answered.size() >= DISTINCT));
                });
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

    private static List<String> options(FakeUpstream upstream, Path store) {
        List<String> options = new ArrayList<>(List.of(SMALL));
        options.add("-Dgateway.upstream.url=" + upstream.url());
        options.add("-Dgateway.store.path=" + store);
        return options;
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

    private static void flood(GatewayProcess gateway) throws IOException {
        List<RawClient> silent = new ArrayList<>();
        try {
            for (int i = 0; i < FLOOD; i++) {
                silent.add(new RawClient(gateway.port()).send("GET / HTTP/1.1\r\nHo"));
            }
            pass(FAULT);
        } finally {
            for (RawClient client : silent) {
                client.close();
            }
        }
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
        assertThat(load.wrong).isEmpty();
    }

    private void tell(SoakLoad load, GatewayProcess gateway) throws IOException {
        report.add("- answers from what was kept meanwhile: " + load.hits.sum() + ", half of them within "
                + load.micros(0.5) + " us, 99 % within " + load.micros(0.99) + " us");
        report.add("- requests for ids never asked for before: " + load.misses.sum() + ", problems among the answers: "
                + load.problems);
        report.add("- most memory the process ever had: " + gateway.mostMemory() + " MiB");
        assertThat(load.wrong).isEmpty();
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
