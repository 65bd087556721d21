package io.taskstatus.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When memory gives way, and when it has its room back. */
class TightHeapTest {
    private static final String GIVE_WAY = "give way";
    private static final String REGAIN = "regain";

    private final List<String> told = new ArrayList<>();
    private Duration now = Duration.ofDays(1);

    private final TightHeap heap = new TightHeap(
            () -> {
                told.add(GIVE_WAY);
                return 1 << 20;
            },
            () -> told.add(REGAIN),
            new Time() {
                @Override
                public long ticks() {
                    return now.toNanos();
                }

                @Override
                public Instant now() {
                    return Instant.EPOCH.plus(now);
                }
            });

    @Test
    void aHeapWithRoomChangesNothing() {
        heap.collected(74, 100);
        now = now.plusHours(1);
        heap.ease();
        assertThat(told).isEmpty();
    }

    @Test
    void eachCollectionThatLeavesTooLittleHasMemoryGiveWay() {
        heap.collected(75, 100);
        heap.collected(99, 100);
        assertThat(told).containsExactly(GIVE_WAY, GIVE_WAY);
    }

    @Test
    void itHasItsRoomBackAMinuteAfterTheLastSuchCollection() {
        heap.collected(80, 100);
        now = now.plusSeconds(40);
        heap.collected(80, 100);
        now = now.plusSeconds(59);
        heap.collected(20, 100);
        heap.ease();
        assertThat(told).containsExactly(GIVE_WAY, GIVE_WAY);

        now = now.plusSeconds(1);
        heap.ease();
        heap.ease();
        assertThat(told).containsExactly(GIVE_WAY, GIVE_WAY, REGAIN);
    }
}
