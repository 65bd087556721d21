package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The flights under way, one for each id at most. */
final class Flights {
    /** A place in a flight: {@code started} where the caller's question set it off. */
    record Seat(Flight flight, boolean started) {}

    private final ConcurrentHashMap<ExecutionId, Flight> underWay = new ConcurrentHashMap<>();
    private final Executor executor;
    private final Function<Throwable, Landing> onPanic;

    /**
     * @param executor runs each flight on a thread that may block
     * @param onPanic what a flight lands with whose work threw
     */
    Flights(Executor executor, Function<Throwable, Landing> onPanic) {
        this.executor = executor;
        this.onPanic = onPanic;
    }

    /** Takes a seat in the flight for {@code id}, or starts one with {@code work}. */
    Seat join(ExecutionId id, Function<Flight, Landing> work) {
        Flight mine = new Flight();
        Flight other = underWay.putIfAbsent(id, mine);
        if (other != null) {
            return new Seat(other, false);
        }
        try {
            executor.execute(() -> fly(id, mine, work));
        } catch (Throwable refused) {
            crash(id, mine, refused);
        }
        return new Seat(mine, true);
    }

    /** Takes the flight for {@code id} out of the way of new questions and keeps what it brings from being kept. */
    void purge(ExecutionId id) {
        Flight flight = underWay.remove(id);
        if (flight != null) {
            flight.purge();
        }
    }

    private void fly(ExecutionId id, Flight flight, Function<Flight, Landing> work) {
        Landing landing;
        try {
            landing = work.apply(flight);
        } catch (Throwable panic) {
            crash(id, flight, panic);
            return;
        }
        end(id, flight, landing);
    }

    /** Whatever happens here, those who wait are let go. */
    private void crash(ExecutionId id, Flight flight, Throwable panic) {
        Landing landing = null;
        try {
            landing = onPanic.apply(panic);
        } catch (Throwable again) {
            // lands with nothing, which is an exception to each who waits
        }
        end(id, flight, landing);
    }

    /** First out of the way, then landed: who comes in between finds in memory what was kept, or starts anew. */
    private void end(ExecutionId id, Flight flight, @Nullable Landing landing) {
        underWay.remove(id, flight);
        flight.land(landing);
    }
}
