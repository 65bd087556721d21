import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Clients for the demo: each asks for some execution over and over until it has ended, as real ones do, and some wait or
 * ask for what isn't there. It takes the JDK alone. Argument: the gateway's URL.
 */
final class Clients {
    private static final int CLIENTS = 20;
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String gateway;

    private Clients(String gateway) {
        this.gateway = gateway;
    }

    public static void main(String... args) throws InterruptedException {
        Clients clients = new Clients(args[0]);
        for (int i = 0; i < CLIENTS; i++) {
            Thread.ofVirtual().start(clients::ask);
        }
        Thread.currentThread().join();
    }

    private void ask() {
        RandomGenerator random = RandomGenerator.getDefault();
        while (true) {
            // A new execution every 2 s, of which several clients ask for the last thirty.
            long execution = System.currentTimeMillis() / 2_000 - random.nextInt(30);
            String kind =
                    switch (random.nextInt(40)) {
                        case 0 -> "unknown-";
                        case 1 -> "demo-error-";
                        case 2 -> "demo-indeterminate-";
                        default -> "demo-";
                    };
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(gateway + "/task/function/execution-status/" + kind + execution))
                    .timeout(Duration.ofSeconds(30));
            if (random.nextInt(10) == 0) {
                request.header("Prefer", "wait=5");
            }
            try {
                http.send(request.build(), BodyHandlers.discarding());
                Thread.sleep(PAUSE);
            } catch (IOException e) {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** The gateway is not there yet, or is being replaced. */
    private static void pause() {
        try {
            Thread.sleep(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
