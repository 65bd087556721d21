package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.Results.id;
import static io.taskstatus.gateway.store.Results.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.Time;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator was told has failed is not done later. */
class WithdrawnChangeTest {
    @Test
    void aPurgeThatWasGivenUpIsNotCarriedOut(@TempDir Path folder) throws Exception {
        try (ResultStorage.Writer writer =
                new SqliteStorage(folder, ResultStoreContract.NAMESPACE, Time.system()).openWriter()) {
            writer.begin();
            writer.keep(success("e-1"));
            writer.commit();
            Change.Forget given = new Change.Forget(id("e-1"));
            given.withdraw();

            writer.begin();
            given.apply(writer);
            writer.commit();
            given.commit();

            assertThat(writer.entries()).isEqualTo(1);
            writer.begin();
            new Change.Forget(id("e-1")).apply(writer);
            writer.commit();
            assertThat(writer.entries()).isZero();
        }
    }
}
