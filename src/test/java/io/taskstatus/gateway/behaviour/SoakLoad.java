package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;

import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Clients that ask without end, and what came of it. A 200 has to be exactly what the upstream says of the id. */
final class SoakLoad {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 (\\d{3})");
    private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");

    private final int port;
    private final List<String> kept;
    private final AtomicInteger nextId;
    /** Hits by their latency: bucket n holds those below 2^n microseconds. */
    private final AtomicLongArray latencies = new AtomicLongArray(40);

    final Set<String> answered;
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final Map<String, LongAdder> problems = new ConcurrentHashMap<>();
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    /** Bodies that are no results and may come in place of one. */
    final Set<String> passedOn = ConcurrentHashMap.newKeySet();

    /**
     * @param kept ids that are asked for again and again, and have to be answered whatever happens
     * @param nextId where new ids go on
     * @param answered grows by every id that was answered with a result
     */
    SoakLoad(int port, List<String> kept, AtomicInteger nextId, Set<String> answered) {
        this.port = port;
        this.kept = kept;
        this.nextId = nextId;
        this.answered = answered;
    }

    /** Asks for kept ids while {@code going}. */
    void hit(BooleanSupplier going) {
        hit(going, going);
    }

    /** The same, on a new connection each time. */
    void visit(BooleanSupplier going) {
        hit(going, () -> false);
    }

    private void hit(BooleanSupplier going, BooleanSupplier staying) {
        while (going.getAsBoolean()) {
            try (RawClient client = new RawClient(port)) {
                do {
                    String id = kept.get(ThreadLocalRandom.current().nextInt(kept.size()));
                    long start = System.nanoTime();
                    String answer = client.ask("GET", Gateway.PATH + id).answer(PATIENCE);
                    long micros = (System.nanoTime() - start) / 1_000;
                    latencies.incrementAndGet(Math.min(39, 64 - Long.numberOfLeadingZeros(micros)));
                    hits.increment();
                    if (!isResult(answer, id)) {
                        wrong.add("a kept result: " + shortened(answer));
                    }
                } while (staying.getAsBoolean());
            } catch (IOException e) {
                wrong.add("a kept result: " + e);
            }
        }
    }

    /** Asks for new ids while {@code going}. */
    void miss(BooleanSupplier going) {
        while (going.getAsBoolean()) {
            try (RawClient client = new RawClient(port)) {
                while (going.getAsBoolean()) {
                    ask(client, "new-" + nextId.incrementAndGet());
                }
            } catch (IOException e) {
                wrong.add("a new id: " + e);
            }
        }
    }

    /** Asks for {@code id}; answers whether a result came. Anything but a result or a problem is wrong. */
    boolean ask(RawClient client, String id) throws IOException {
        String answer = client.ask("GET", Gateway.PATH + id).answer(PATIENCE);
        misses.increment();
        if (isResult(answer, id)) {
            answered.add(id);
            return true;
        }
        if (passedOn.contains(answer.substring(answer.indexOf("\r\n\r\n") + 4))) {
            return false;
        }
        Matcher code = CODE.matcher(answer);
        if (answer.startsWith("HTTP/1.1 200") || !answer.contains("application/problem+json") || !code.find()) {
            wrong.add(id + ": " + shortened(answer));
        } else {
            problems.computeIfAbsent(code.group(1), name -> new LongAdder()).increment();
        }
        return false;
    }

    private static String shortened(String answer) {
        return answer.substring(0, Math.min(answer.length(), 1_000));
    }

    private static boolean isResult(String answer, String id) {
        Matcher status = STATUS_LINE.matcher(answer);
        return status.lookingAt()
                && status.group(1).equals("200")
                && answer.substring(answer.indexOf("\r\n\r\n") + 4).equals(FakeUpstream.bodyOf(id, SUCCESS));
    }

    /** Below how many microseconds this part of the hits was. */
    long micros(double part) {
        long[] counts = new long[latencies.length()];
        Arrays.setAll(counts, latencies::get);
        long left = (long) (Arrays.stream(counts).sum() * part);
        for (int i = 0; i < counts.length; i++) {
            left -= counts[i];
            if (left < 0) {
                return 1L << i;
            }
        }
        return 0;
    }
}
