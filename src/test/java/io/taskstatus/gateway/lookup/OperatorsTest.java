package io.taskstatus.gateway.lookup;

import static io.taskstatus.gateway.status.VerificationStatus.ERROR;
import static io.taskstatus.gateway.status.VerificationStatus.RUNNING;
import static io.taskstatus.gateway.status.VerificationStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.ResultStore.Import;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators bring and look at. */
@Timeout(60)
class OperatorsTest {
    private final Rig rig = new Rig();

    @Test
    void anImportedResultIsServedWithoutAFetch() throws Exception {
        assertThat(importing(SUCCESS, "a")).isEqualTo(Import.IMPORTED);

        Answers.isHit(rig.ask(), SUCCESS, Outcome.MEMORY);
        assertThat(importing(SUCCESS, "a")).isEqualTo(Import.ALREADY_THERE);
        assertThat(importing(ERROR, "b")).isEqualTo(Import.CONFLICT);
        Answers.isHit(rig.ask(), SUCCESS, Outcome.MEMORY);
        assertThat(rig.fetches()).isZero();
    }

    @Test
    void whatIsRunningInMemoryIsTerminalFromTheImportOn() throws Exception {
        rig.ask();
        importing(SUCCESS, "a");

        Answers.isHit(rig.ask(), SUCCESS, Outcome.MEMORY);
    }

    @Test
    void aConflictTakesTheRunningOutOfMemoryForTheStoreKnowsBetter() throws Exception {
        rig.ask();
        rig.store.holding(snapshot(SUCCESS, "stored"));

        assertThat(importing(ERROR, "b")).isEqualTo(Import.CONFLICT);
        Answers.isHit(rig.ask(), SUCCESS, Outcome.STORE);
    }

    @Test
    void whatMemoryKeptWinsOverAnImportThatTheStoreHadNotSeen() throws Exception {
        rig.source.says(SUCCESS, "kept");
        rig.ask();
        rig.store.results.clear();
        assertThat(importing(SUCCESS, "kept")).isEqualTo(Import.ALREADY_THERE);
        rig.store.results.clear();
        assertThat(importing(ERROR, "other")).isEqualTo(Import.CONFLICT);

        Answers.isHit(rig.ask(), SUCCESS, Outcome.MEMORY);
    }

    @Test
    void aFetchThatEndsAfterAnImportChangesNothing() throws Exception {
        for (ScriptedSource.Line line : List.of(
                rig.source.status(RUNNING, ""),
                id -> new Fetched.Failed(SourceFailure.answered(FailureReason.UPSTREAM_ERROR, 500)))) {
            Gate fetch = rig.source.holds(line);
            Rig.Asking caller = rig.asking();
            fetch.reached();
            importing(SUCCESS, "a");
            fetch.open();
            caller.get();

            Answers.isHit(rig.ask(), SUCCESS, Outcome.MEMORY);
            rig.lookup.holdings().forget(Rig.ID);
        }
    }

    @Test
    void aRunningIsSeenInMemory() throws Exception {
        Answers.isFetched(rig.ask(), RUNNING, Forward.URI_MISS);

        assertThat(rig.lookup.holdings().inspect(Rig.ID))
                .extracting(ResultStore.Held::tier)
                .containsExactly(Tier.MEMORY);
    }

    private Import importing(VerificationStatus status, String remark) {
        return rig.lookup
                .holdings()
                .importAll(List.of(snapshot(status, remark)))
                .getFirst();
    }

    private StatusSnapshot snapshot(VerificationStatus status, String remark) {
        return Snapshots.of(Rig.ID, status, remark, rig.time.now());
    }
}
