package io.taskstatus.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
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
            case ConfigurationException wrong -> print(plain(String.valueOf(wrong.getMessage())));
            case QuarkusBindException taken ->
                print("quarkus.http.port " + taken.getPort() + " can't be bound, it may be in use");
            // the framework's own exception is for the public port alone
            case BindException taken ->
                print("quarkus.management.port can't be bound, it may be in use: " + taken.getMessage());
            case IllegalArgumentException wrong
            when isOf("io.vertx.redis", wrong) ->
                // its message may repeat a password
                print("quarkus.redis.hosts is no address of a Redis, such as redis://host:6379");
            default -> LOG.fatal("The gateway does not start: " + cause.getMessage(), failure);
        }
    }

    private static boolean isOf(String packages, Throwable thrown) {
        return Arrays.stream(thrown.getStackTrace()).limit(5).anyMatch(frame -> frame.getClassName()
                .startsWith(packages));
    }

    /** What the configuration library found wrong, a line each that begins with the property, in our own words. */
    static List<String> problems(ConfigValidationException wrong) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < wrong.getProblemCount(); i++) {
            lines.add(plain(wrong.getProblem(i).getMessage()));
        }
        return lines;
    }

    private static String plain(String message) {
        return message.replaceAll("\\s+", " ")
                .replaceAll("java\\.[\\w.]+: |SRCFG\\d+: ", "")
                .replaceAll("^The config property (\\S+) is defined as the empty String.*", "$1 is empty")
                .replaceAll(
                        "^The config property (\\S+) with the config value (\".*\") threw an Exception whilst being converted (.*)",
                        "$1 is $2, which can't be read: $3")
                // who may be a password's
                .replaceAll("//[^@\"]*@", "//…@");
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
