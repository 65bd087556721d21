package io.taskstatus.gateway.web;

import io.vertx.core.http.HttpMethod;

/** Is told how long requests for a status took, of whatever kind and outcome. Called on event loops. */
@FunctionalInterface
public interface RequestTimer {
    /**
     * Counts one request.
     *
     * @param nanos from the request's head to the end of its response
     */
    void took(HttpMethod method, int status, long nanos);
}
