package io.taskstatus.gateway.web;

import io.taskstatus.gateway.status.ExecutionId;
import java.util.Optional;
import java.util.regex.Pattern;

/** What there is on the public port, by path. */
final class PublicPaths {
    /** Before the id. */
    static final String STATUS = "/task/function/execution-status/";

    private static final Pattern DOT_SEGMENT = Pattern.compile("(?i)(?<=/)(\\.|%2e){1,2}(?=/|$)");

    /** Where a path leads. */
    enum Place {
        STATUS,
        PAGE,
        NOWHERE
    }

    private PublicPaths() {}

    /**
     * Where {@code path} leads.
     *
     * @param path as it was sent, without the query
     * @param resolved the same with its dot segments resolved (RFC 3986, section 5.2.4)
     */
    static Place placeOf(String path, String resolved) {
        if (path.startsWith(STATUS) && path.indexOf('/', STATUS.length()) < 0) {
            boolean dots = DOT_SEGMENT.matcher(path).find();
            return dots ? Place.NOWHERE : Place.STATUS;
        }
        boolean page = resolved.equals("/")
                || resolved.equals("/console/")
                || resolved.equals("/openapi")
                || (resolved.startsWith("/console/") && !resolved.endsWith("/"));
        // the server takes two slashes for one, and the router a slash more at the end for none
        return page && !path.contains("//") ? Place.PAGE : Place.NOWHERE;
    }

    /** The id that a path to {@link Place#STATUS} ends with, if it is a valid one. */
    static Optional<ExecutionId> idOf(String path) {
        return ExecutionId.parseEncoded(path.substring(STATUS.length()));
    }
}
