package io.taskstatus.gateway.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.lookup.ResultStore.Import;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Results that come by other ways than a fetch, and what memory makes of them. */
class ImportTest {
    private final Rig rig = new Rig();

    private static StatusSnapshot result(String remark) {
        return Snapshots.of(Rig.ID, VerificationStatus.SUCCESS, remark, Instant.EPOCH);
    }

    private List<Import> bring(StatusSnapshot result) {
        return rig.lookup.holdings().importAll(List.of(result));
    }

    private StatusSnapshot fromMemory() {
        Answer answer = rig.lookup
                .fromMemory(Question.about(Rig.ID))
                .orElseThrow(() -> new AssertionError("memory holds nothing"));
        return ((Answer.Status) answer).snapshot();
    }

    @Test
    void anImportedResultIsAnsweredWithoutAFetch() throws Exception {
        assertThat(bring(result("brought"))).containsExactly(Import.IMPORTED);
        assertThat(rig.ask().isTerminal()).isTrue();
        assertThat(rig.fetches()).isZero();
    }

    @Test
    void whatTheStoreHasAlreadyIsTerminalInMemory() {
        rig.store.holding(result("stored"));
        assertThat(bring(result("stored"))).containsExactly(Import.ALREADY_THERE);
        assertThat(fromMemory().isTerminal()).isTrue();
    }

    @Test
    void theStoresOwnResultStandsAndMemoryForgetsWhatIsNotTerminal() throws Exception {
        rig.store.holding(result("stored"));
        assertThat(bring(result("another"))).containsExactly(Import.CONFLICT);
        assertThat(((Answer.Status) rig.ask()).snapshot().sameBodyAs(result("stored")))
                .isTrue();
    }

    @Test
    void whatMemoryAloneHoldsStandsToo() {
        bring(result("first"));
        rig.store.results.clear();
        assertThat(bring(result("first"))).containsExactly(Import.ALREADY_THERE);
        rig.store.results.clear();
        assertThat(bring(result("second"))).containsExactly(Import.CONFLICT);
        assertThat(fromMemory().sameBodyAs(result("first"))).isTrue();
    }

    @Test
    void aStoreThatCanNotBeReadHidesNotWhatMemoryHolds() {
        rig.store.inspecting(() -> {
            throw new StoreUnavailableException("down");
        });
        assertThatThrownBy(() -> rig.lookup.holdings().inspect(Rig.ID)).isInstanceOf(StoreUnavailableException.class);
        bring(result("brought"));
        assertThat(rig.lookup.holdings().inspect(Rig.ID)).extracting(Held::tier).containsExactly(Tier.MEMORY);
    }

    @Test
    void aLateWriteThatFindsAnEarlierResultPutsMemoryRight() throws Exception {
        rig.store.findsLate(result("first"));
        assertThat(rig.lookup.fromMemory(Question.about(Rig.ID))).isEmpty();
        bring(result("second"));
        rig.store.findsLate(result("first"));
        assertThat(fromMemory().sameBodyAs(result("first"))).isTrue();
    }
}
