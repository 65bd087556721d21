package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.ResultStore.Import;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One change that waits in the {@link WriteQueue}, with the future that ends when it is committed.
 *
 * @param <T> what its caller wants to know
 */
abstract sealed class Change<T> {
    /** What a change weighs beside the bodies it holds, in bytes. */
    private static final int OVERHEAD = 512;

    private final CompletableFuture<T> committed = new CompletableFuture<>();
    private @Nullable T outcome;
    private long queuedAt;

    /** Makes the change within the transaction of {@code writer}, unless it was withdrawn. */
    final void apply(ResultStorage.Writer writer) throws SQLException {
        if (!committed.isCancelled()) {
            outcome = change(writer);
        }
    }

    /** Whoever asked for it wants it no more; nothing happens where it is under way. */
    final void withdraw() {
        committed.cancel(false);
    }

    abstract T change(ResultStorage.Writer writer) throws SQLException;

    abstract Operation operation();

    /** Bytes of heap that it takes while it waits. */
    int weight() {
        return OVERHEAD;
    }

    /** Whether it waits for storage that is down, however long that takes; else its caller is told at once. */
    boolean isPatient() {
        return false;
    }

    final void queuedAt(long ticks) {
        queuedAt = ticks;
    }

    final long queuedAt() {
        return queuedAt;
    }

    /** Tells who waits that the change is committed. */
    final void commit() {
        committed.complete(outcome);
    }

    /** Tells who waits that it will not be. */
    final void fail(Exception cause) {
        committed.completeExceptionally(cause);
    }

    final Future<T> committed() {
        return committed;
    }

    final boolean isCommitted() {
        return committed.isDone();
    }

    /** A result to keep. */
    static final class Keep extends Change<StatusSnapshot> {
        private final StatusSnapshot result;
        private volatile boolean late;
        private Optional<StatusSnapshot> standing = Optional.empty();

        Keep(StatusSnapshot result) {
            this.result = result;
        }

        /** Nobody waits for it any more. */
        void late() {
            late = true;
        }

        /** The earlier, different result that stands, where nobody waited to hear of it. */
        Optional<StatusSnapshot> lateConflict() {
            return late ? standing.filter(earlier -> !earlier.sameBodyAs(result)) : Optional.empty();
        }

        StatusSnapshot result() {
            return result;
        }

        /** What stands, once that is committed. */
        Optional<StatusSnapshot> standing() {
            return isCommitted() ? standing : Optional.empty();
        }

        @Override
        StatusSnapshot change(ResultStorage.Writer writer) throws SQLException {
            StatusSnapshot stands = writer.keep(result);
            standing = Optional.of(stands);
            return stands;
        }

        @Override
        Operation operation() {
            return Operation.KEEP;
        }

        @Override
        int weight() {
            return super.weight() + result.body().length;
        }

        @Override
        boolean isPatient() {
            return true;
        }
    }

    /** A result to remove. */
    static final class Forget extends Change<Boolean> {
        private final ExecutionId id;
        private Optional<Keep> before = Optional.empty();

        Forget(ExecutionId id) {
            this.id = id;
        }

        ExecutionId id() {
            return id;
        }

        /** The write for the same id that was queued before this. */
        Optional<Keep> before() {
            return before;
        }

        void before(@Nullable Keep keep) {
            before = Optional.ofNullable(keep);
        }

        @Override
        Boolean change(ResultStorage.Writer writer) throws SQLException {
            return writer.forget(id);
        }

        @Override
        Operation operation() {
            return Operation.FORGET;
        }
    }

    /** A row to remove that failed its check when it was read. */
    static final class Drop extends Change<Boolean> {
        private final String id;

        Drop(String id) {
            this.id = id;
        }

        @Override
        Boolean change(ResultStorage.Writer writer) throws SQLException {
            return writer.dropDamaged(id);
        }

        @Override
        Operation operation() {
            return Operation.CHECK;
        }
    }

    /** Results to keep in one commit. */
    static final class KeepAll extends Change<List<Import>> {
        private final List<StatusSnapshot> results;

        KeepAll(List<StatusSnapshot> results) {
            this.results = List.copyOf(results);
        }

        @Override
        List<Import> change(ResultStorage.Writer writer) throws SQLException {
            List<Import> outcomes = new ArrayList<>(results.size());
            for (StatusSnapshot result : results) {
                StatusSnapshot standing = writer.keep(result);
                if (standing == result) {
                    outcomes.add(Import.IMPORTED);
                } else {
                    outcomes.add(standing.sameBodyAs(result) ? Import.ALREADY_THERE : Import.CONFLICT);
                }
            }
            return outcomes;
        }

        @Override
        Operation operation() {
            return Operation.IMPORT;
        }

        @Override
        int weight() {
            return results.stream().mapToInt(result -> result.body().length).sum() + super.weight() * results.size();
        }
    }
}
