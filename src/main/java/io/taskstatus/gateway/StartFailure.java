package io.taskstatus.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.quarkus.runtime.QuarkusBindException;
import io.smallrye.config.ConfigValidationException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jboss.logging.Logger;

/** Says why the gateway does not start, in the form of its log, which may not be there yet. */
final class StartFailure {
    private static final Logger LOG = Logger.getLogger(StartFailure.class);

    private StartFailure() {}

    static void explain(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof ConfigRules.Violated)) {
            cause = cause.getCause();
        }
        switch (cause) {
            case ConfigRules.Violated violated -> violated.complaints().forEach(StartFailure::print);
            case ConfigValidationException wrong -> problems(wrong).forEach(StartFailure::print);
            case QuarkusBindException taken -> print("port " + taken.getPort() + " can't be bound, it may be in use");
            case IllegalArgumentException wrong
            when isOf("io.vertx.redis", wrong) ->
                // its message may repeat a password
                print("quarkus.redis.hosts is no address of a Redis, such as redis://host:6379");
            default -> LOG.fatal("The gateway does not start", failure);
        }
    }

    private static boolean isOf(String packages, Throwable thrown) {
        return Arrays.stream(thrown.getStackTrace()).limit(5).anyMatch(frame -> frame.getClassName()
                .startsWith(packages));
    }

    /** What the configuration library found wrong, a line each, without its own codes and class names. */
    private static List<String> problems(ConfigValidationException wrong) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < wrong.getProblemCount(); i++) {
            lines.add(wrong.getProblem(i)
                    .getMessage()
                    .replaceAll("java\\.[\\w.]+: |SRCFG\\d+: ", "")
                    .replaceAll("\\s+", " "));
        }
        return lines;
    }

    private static void print(String complaint) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("timestamp", Instant.now().toString());
            json.writeStringField("level", "FATAL");
            json.writeStringField("loggerName", Main.class.getName());
            json.writeStringField("message", "The gateway does not start: " + complaint);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.err.println(line);
    }
}
