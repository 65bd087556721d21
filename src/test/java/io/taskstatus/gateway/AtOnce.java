package io.taskstatus.gateway;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/** Rows of a table that mostly wait: run beside each other, each reported as a test of its own. */
public final class AtOnce {
    /** More at a time would measure the machine. */
    private static final int BESIDE_EACH_OTHER = 8;

    /** One row: what it is called, and what shows that it holds. */
    public record Row(String name, Executable check) {}

    private AtOnce() {}

    /** Starts all rows; the tests that it answers with wait for theirs. */
    public static Stream<DynamicTest> run(List<Row> rows) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        ExecutorService threads = Executors.newFixedThreadPool(BESIDE_EACH_OTHER, work -> {
            Thread thread = new Thread(work);
            thread.setContextClassLoader(loader);
            return thread;
        });
        List<DynamicTest> tests = rows.stream().map(row -> test(row, threads)).toList();
        threads.shutdown();
        return tests.stream();
    }

    private static DynamicTest test(Row row, ExecutorService threads) {
        Future<?> done = threads.submit(() -> {
            try {
                row.check().execute();
            } catch (Error | Exception failed) {
                throw failed;
            } catch (Throwable failed) {
                throw new AssertionError(failed);
            }
            return null;
        });
        return DynamicTest.dynamicTest(row.name(), () -> {
            try {
                done.get();
            } catch (ExecutionException failed) {
                throw failed.getCause();
            }
        });
    }
}
