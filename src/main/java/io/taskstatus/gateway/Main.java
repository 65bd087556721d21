package io.taskstatus.gateway;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.jspecify.annotations.Nullable;

/**
 * Starts the gateway, or with the argument {@code health} is its {@link HealthProbe}. Where it can't start, a line says why;
 * for a wrong setting, one clear line names it.
 */
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String... arguments) {
        if (arguments.length == 1 && arguments[0].equals("health")) {
            HealthProbe.main();
        }
        // The framework parses each request's target as a java.net.URI, 3 % of a hit; the door looks at each path
        // anyway.
        System.setProperty("vertx.disableURIValidation", "true");
        Quarkus.run(null, Main::exit, arguments);
    }

    private static void exit(int code, @Nullable Throwable failure) {
        if (failure != null) {
            StartFailure.explain(failure);
        }
        System.exit(code);
    }
}
