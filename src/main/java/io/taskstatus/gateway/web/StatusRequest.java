package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Question;
import io.taskstatus.gateway.status.ExecutionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A request for a status that passed the door.
 *
 * @param path as the client sent it
 * @param team whose request it is, as metrics name it
 * @param ifNoneMatch the values of {@code If-None-Match}
 * @param patience how long the client prefers to wait for a terminal status
 * @param traceId of the trace that the request belongs to
 */
record StatusRequest(
        Question question,
        String path,
        String team,
        List<String> ifNoneMatch,
        Optional<Duration> patience,
        Optional<String> traceId) {
    /** Under this key a request travels in its routing context. */
    static final String KEY = StatusRequest.class.getName();

    ExecutionId id() {
        return question.id();
    }
}
