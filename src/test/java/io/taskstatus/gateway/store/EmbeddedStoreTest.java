package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.Time;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStoreTest extends ResultStoreContract {
    @TempDir
    Path folder;

    @Override
    ResultStore open(String namespace) {
        return GuardedResultStore.in(folder.resolve("not there yet"), namespace, StoreObserver.none(), Time.system());
    }
}
