package io.taskstatus.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When memory gives way, and when it has its room back. */
class TightHeapTest {
    private final List<String> told = new ArrayList<>();
    private final TightHeap heap = new TightHeap(
            () -> {
                told.add("give way");
                return 1 << 20;
            },
            () -> told.add("regain"));

    @Test
    void aHeapWithRoomChangesNothing() {
        heap.collected(74, 100);
        heap.collected(10, 100);
        assertThat(told).isEmpty();
    }

    @Test
    void eachCollectionThatLeavesTooLittleHasMemoryGiveWay() {
        heap.collected(75, 100);
        heap.collected(99, 100);
        assertThat(told).containsExactly("give way", "give way");
    }

    @Test
    void itHasItsRoomBackWhenHalfOfTheHeapIsFree() {
        heap.collected(80, 100);
        heap.collected(50, 100);
        assertThat(told).containsExactly("give way");
        heap.collected(49, 100);
        heap.collected(49, 100);
        assertThat(told).containsExactly("give way", "regain");
    }
}
