package io.taskstatus.gateway.problem;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.SourceFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a client is told when there is no status for it (RFC 9457), with {@code message} beside {@code detail} for clients
 * that know the upstream's errors.
 *
 * @param detail what happened, for people
 * @param instance the request's path
 * @param executionId the id asked for, where there was a valid one
 * @param upstreamStatus the HTTP status of the upstream's answer, where there was one
 * @param traceId the W3C trace id, where the request belongs to a trace
 */
public record ProblemDocument(
        FailureReason reason,
        String detail,
        String instance,
        Optional<String> executionId,
        OptionalInt upstreamStatus,
        Optional<String> traceId) {

    public static final String MEDIA_TYPE = "application/problem+json";
    private static final String TYPE_PREFIX = "urn:task-status-gateway:problem:";
    private static final JsonFactory JSON = new JsonFactory();

    /** The problem of a request to {@code instance} that has nothing to do with an execution. */
    public static ProblemDocument of(FailureReason reason, String instance) {
        return new ProblemDocument(
                reason, reason.detail(), instance, Optional.empty(), OptionalInt.empty(), Optional.empty());
    }

    /** The problem of a request for a status that can't be had. */
    public static ProblemDocument of(SourceFailure failure, String instance, String executionId) {
        return new ProblemDocument(
                failure.reason(),
                failure.detail(),
                instance,
                Optional.of(executionId),
                failure.upstreamStatus(),
                Optional.empty());
    }

    /** This problem with more to say. */
    public ProblemDocument saying(String words) {
        return new ProblemDocument(reason, words, instance, executionId, upstreamStatus, traceId);
    }

    /** This problem as part of a trace. */
    public ProblemDocument within(Optional<String> trace) {
        return new ProblemDocument(reason, detail, instance, executionId, upstreamStatus, trace);
    }

    /** The document, UTF-8. */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("type", TYPE_PREFIX + reason.code());
            json.writeStringField("title", reason.title());
            json.writeNumberField("status", reason.status());
            json.writeStringField("detail", detail);
            json.writeStringField("instance", instance);
            json.writeStringField("message", detail);
            json.writeStringField("code", reason.code());
            json.writeBooleanField("retryable", reason.isRetryable());
            if (executionId.isPresent()) {
                json.writeStringField("executionId", executionId.get());
            }
            if (upstreamStatus.isPresent()) {
                json.writeNumberField("upstreamStatus", upstreamStatus.getAsInt());
            }
            if (traceId.isPresent()) {
                json.writeStringField("traceId", traceId.get());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
