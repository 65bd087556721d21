package io.taskstatus.gateway.operations;

import io.taskstatus.gateway.lookup.ResultStore.Import;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Takes results line by line and keeps them, a commit for some hundred: results of clients wait in the same queue. */
final class ResultImport {
    private static final int LINES_PER_COMMIT = 250;

    private final StatusLookup lookup;
    private final List<StatusSnapshot> uncommitted = new ArrayList<>();
    private int imported;
    private int alreadyThere;
    private int conflicts;

    ResultImport(StatusLookup lookup) {
        this.lookup = lookup;
    }

    /**
     * Keeps the results in {@code lines} up to the first line that is none, and says what is wrong with that, if there is
     * one. Empty lines count and mean nothing.
     */
    Optional<String> run(byte[] lines) {
        int start = 0;
        for (int number = 1; start < lines.length; number++) {
            int end = endOfLine(lines, start);
            byte[] line = Arrays.copyOfRange(lines, start, end);
            start = end + 1;
            if (isBlank(line)) {
                continue;
            }
            try {
                uncommitted.add(ResultLines.read(line));
            } catch (ResultLines.InvalidLine invalid) {
                commit();
                return Optional.of("Line " + number + " is not a result: " + invalid.why());
            }
            if (uncommitted.size() == LINES_PER_COMMIT) {
                commit();
            }
        }
        commit();
        return Optional.empty();
    }

    private static int endOfLine(byte[] lines, int start) {
        int end = start;
        while (end < lines.length && lines[end] != '\n') {
            end++;
        }
        return end;
    }

    private static boolean isBlank(byte[] line) {
        for (byte each : line) {
            if (each != ' ' && each != '\r' && each != '\t') {
                return false;
            }
        }
        return true;
    }

    private void commit() {
        for (Import outcome : lookup.holdings().importAll(List.copyOf(uncommitted))) {
            switch (outcome) {
                case IMPORTED -> imported++;
                case ALREADY_THERE -> alreadyThere++;
                case CONFLICT -> conflicts++;
            }
        }
        uncommitted.clear();
    }

    int imported() {
        return imported;
    }

    int alreadyThere() {
        return alreadyThere;
    }

    int conflicts() {
        return conflicts;
    }
}
