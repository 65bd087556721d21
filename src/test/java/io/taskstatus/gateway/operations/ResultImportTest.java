package io.taskstatus.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.FreshnessPolicy;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.Question;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import io.taskstatus.gateway.store.GuardedResultStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultImportTest {
    private static final Instant FETCHED_AT = Instant.parse("2026-11-23T12:00:00.123Z");

    @TempDir
    Path folder;

    private GuardedResultStore store;
    private StatusLookup lookup;
    private Fetched upstream = new Fetched.Failed(SourceFailure.answered(FailureReason.EXECUTION_NOT_FOUND, 404));

    @BeforeEach
    void open() {
        store = GuardedResultStore.in(folder, "http://upstream.test:80", StoreObserver.none(), Time.system());
        Duration hour = Duration.ofHours(1);
        lookup = new StatusLookup(
                store,
                (id, traceparent) -> upstream,
                new FreshnessPolicy(hour, hour, hour, hour, hour),
                1 << 20,
                Duration.ofSeconds(5),
                Executors.newVirtualThreadPerTaskExecutor(),
                new LookupObserver() {},
                Time.system());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static StatusSnapshot result(String id, String message) {
        String body = "{\"executionId\":\"%s\",\"verificationStatus\":\"Success\",\"m\":\"%s\"}".formatted(id, message);
        return new StatusSnapshot(
                new ExecutionId(id), VerificationStatus.SUCCESS, body.getBytes(StandardCharsets.UTF_8), FETCHED_AT);
    }

    private static String line(StatusSnapshot result) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ResultLines.write(result, bytes);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private Answer ask(String id) throws InterruptedException {
        return lookup.statusOf(Question.about(new ExecutionId(id)));
    }

    private ResultImport run(String lines, Optional<String> complaint) {
        ResultImport work = new ResultImport(lookup);
        assertThat(work.run(lines.getBytes(StandardCharsets.UTF_8))).isEqualTo(complaint);
        return work;
    }

    @Test
    void everyLineIsCounted() throws Exception {
        store.keep(result("there", "x"));
        store.keep(result("other", "x"));
        String lines = line(result("new", "x")) + "\r\n" + line(result("there", "x")) + line(result("other", "y"));
        ResultImport work = run(lines, Optional.empty());
        assertThat(work.imported()).isOne();
        assertThat(work.alreadyThere()).isOne();
        assertThat(work.conflicts()).isOne();
        assertThat(run(lines, Optional.empty()).alreadyThere()).isEqualTo(2);
    }

    @Test
    void theLastLineNeedsNoEnd() throws Exception {
        assertThat(run(line(result("e-1", "x")).strip(), Optional.empty()).imported())
                .isOne();
        assertThat(run("", Optional.empty()).imported()).isZero();
    }

    @Test
    void theLinesBeforeABadOneAreKept() throws Exception {
        String lines =
                line(result("e-1", "x")) + "\n" + line(result("e-2", "x")) + "nonsense\n" + line(result("e-4", "x"));
        ResultImport work = run(lines, Optional.of("Line 4 is not a result: it is not JSON, at column 1"));
        assertThat(work.imported()).isEqualTo(2);
        assertThat(ask("e-1").isTerminal()).isTrue();
        assertThat(ask("e-4").isNotFound()).isTrue();
    }

    @Test
    void whatMemoryHoldsAsRunningOrNotFoundIsTerminalAfterwards() throws Exception {
        assertThat(ask("lost").isNotFound()).isTrue();
        ExecutionId id = new ExecutionId("running");
        byte[] body = "{\"verificationStatus\":\"Running\"}".getBytes(StandardCharsets.UTF_8);
        upstream = new Fetched.Found(new StatusSnapshot(id, VerificationStatus.RUNNING, body, FETCHED_AT));
        assertThat(ask("running").isTerminal()).isFalse();
        run(line(result("lost", "x")) + line(result("running", "x")), Optional.empty());
        assertThat(ask("lost").isTerminal()).isTrue();
        assertThat(ask("running").isTerminal()).isTrue();
    }

    @Test
    void aConflictLetsTheStoredResultBeSeen() throws Exception {
        assertThat(ask("e-1").isNotFound()).isTrue();
        store.keep(result("e-1", "first"));
        assertThat(run(line(result("e-1", "second")), Optional.empty()).conflicts())
                .isOne();
        assertThat(ask("e-1")).isInstanceOfSatisfying(Answer.Status.class, status -> assertThat(
                        status.snapshot().body())
                .isEqualTo(result("e-1", "first").body()));
    }
}
