package io.taskstatus.gateway.operations;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.StatusLookup;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/**
 * What happens when the process is told to stop: waiters and streams get the current state at once and no fetch is started
 * any more; requests in flight are answered (Quarkus waits for them), then the store is closed by whoever made it.
 */
@Singleton
public class Shutdown {
    private static final Logger LOG = Logger.getLogger(Shutdown.class);

    private final StatusLookup lookup;
    private final PatientLookup patience;

    Shutdown(StatusLookup lookup, PatientLookup patience) {
        this.lookup = lookup;
        this.patience = patience;
    }

    /** Comes as soon as the signal does, while requests in flight go on. */
    void begin(@Observes ShutdownDelayInitiatedEvent event) {
        LOG.infof("Stopping: %d waiting requests are let go", patience.waiters());
        lookup.stop();
        patience.stop();
    }
}
