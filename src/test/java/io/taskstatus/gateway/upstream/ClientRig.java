package io.taskstatus.gateway.upstream;

import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.status.ExecutionId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** The same with fault tolerance around the attempts: whole fetches of a client whose circuit is closed at first. */
final class ClientRig extends Rig {
    final UpstreamClient client;

    private ClientRig(FakeUpstream upstream, UpstreamSettings settings, UpstreamGuard guard) {
        super(upstream, settings, new UpstreamWire(settings, Optional.empty()), BodyRoom.ofHeap());
        guard.reset();
        client = new UpstreamClient(settings, wire, room, guard, observer, time());
    }

    static ClientRig start(UpstreamGuard guard) throws IOException {
        return start(guard, ATTEMPT_TIMEOUT, DEADLINE);
    }

    static ClientRig start(UpstreamGuard guard, Duration attemptTimeout, Duration deadline) throws IOException {
        FakeUpstream upstream = FakeUpstream.start();
        return new ClientRig(upstream, settings(upstream.url(), MAX_BODY, attemptTimeout, deadline), guard);
    }

    @Override
    Fetched fetch(ExecutionId id, Optional<String> traceparent) {
        return client.fetch(id, traceparent);
    }
}
