package io.taskstatus.gateway.lookup;

import java.time.Duration;
import java.util.Locale;

/** The port to whoever counts what a store does. Calls are short and never block. */
public interface StoreObserver {
    /** What a store does. The name in lower case is the metric label {@code operation}: a closed list. */
    enum Operation {
        /** Opening the file or connection, at the start and after every fault. */
        OPEN,
        /** Looking for one result. */
        FIND,
        /** Keeping one result, from when it was handed over to its commit. */
        KEEP,
        /** Removing one result. */
        FORGET,
        /** Reading a page of results for an export. */
        PAGE,
        /** Keeping the results of an import. */
        IMPORT,
        /** Checking what is stored. It fails for each row that is dropped, and for each file found damaged. */
        CHECK,
        /** Carrying what is intact over from a damaged file, which is then set aside. It fails where that can't be done. */
        RESCUE,
        /** Waiting to be written. It fails for each result that found no room in the queue. */
        QUEUE;

        private final String word = name().toLowerCase(Locale.ROOT);

        public String word() {
            return word;
        }
    }

    /** An operation ended well after {@code took}. */
    default void took(Operation operation, Duration took) {}

    /** An operation failed. */
    default void failed(Operation operation) {}

    /** A result was answered before its commit. */
    default void wroteLate() {}

    /** Nobody counts. */
    static StoreObserver none() {
        return new StoreObserver() {};
    }
}
