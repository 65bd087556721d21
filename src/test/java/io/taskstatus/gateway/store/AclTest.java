package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.ResultStoreContract.NAMESPACE;
import static io.taskstatus.gateway.store.ResultStoreContract.find;
import static io.taskstatus.gateway.store.Results.id;
import static io.taskstatus.gateway.store.Results.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.RedisServer;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A Redis that lets nobody do more than the gateway has to. */
class AclTest {
    private static final String PASSWORD = "a:secret@of/theirs";

    /** The rights that the docs tell to give. */
    private static List<String> documentedRights() throws IOException {
        String line = Files.readAllLines(Path.of("docs", "redis.md")).stream()
                .filter(row -> row.startsWith("| ACL user |"))
                .findFirst()
                .orElseThrow();
        List<String> rights = new ArrayList<>();
        for (String word : line.substring(line.indexOf("It needs")).split("[ `]+", -1)) {
            if (word.matches("[~&+-].+")) {
                rights.add(word);
            }
        }
        return rights;
    }

    @Test
    void aUserWithTheDocumentedRightsCanDoAllThereIs() throws Exception {
        List<String> user = new ArrayList<>(List.of("--user", "gateway", "on", ">" + PASSWORD));
        user.addAll(documentedRights());
        try (RedisServer redis = RedisServer.start(user.toArray(String[]::new));
                Replica one = replica(redis);
                Replica two = replica(redis)) {
            one.awaitInTouch();
            two.awaitInTouch();
            one.store().keep(success("e-1"));
            assertThat(find(two.store(), "e-1").orElseThrow().tier()).isEqualTo(Tier.SHARED);
            assertThat(two.store().page(Optional.empty(), 10)).hasSize(1);
            Fetched first = one.around((id, trace) ->
                            new Fetched.Failed(SourceFailure.answered(FailureReason.EXECUTION_NOT_FOUND, 404)))
                    .fetch(id("e-2"), Optional.empty());
            assertThat(first).isInstanceOf(Fetched.Failed.class);
            Fetched.Failed shared = (Fetched.Failed) two.around((id, trace) -> {
                        throw new AssertionError("the other has fetched it");
                    })
                    .fetch(id("e-2"), Optional.empty());
            assertThat(shared.from()).isPresent();
            AtomicBoolean paused = new AtomicBoolean();
            two.cluster().onPause((why, left) -> paused.set(true));
            one.cluster()
                    .pause(SourceFailure.answered(FailureReason.UPSTREAM_RATE_LIMITED, 429), Duration.ofSeconds(9));
            await().until(paused::get);
            assertThat(one.store().forget(id("e-1"))).containsExactly(Tier.SHARED);
            await().until(() -> two.forgotten().contains("e-1"));
            redis.flush();
            await().until(() -> redis.say("EXISTS", "task-status-gateway:1:" + NAMESPACE + ":{e-1}:purged")
                    .startsWith(":1"));
            assertThat(redis.say("ACL", "LOG")).startsWith("*0");
        }
    }

    private static Replica replica(RedisServer redis) {
        return Replica.at(
                "redis://gateway:a%3Asecret%40of%2Ftheirs@127.0.0.1:" + redis.port(), NAMESPACE, new NoResultStore());
    }

    @Test
    void aWrongPasswordIsToldAndCostsNobodyAnAnswer() throws Exception {
        try (RedisServer redis = RedisServer.start("--user", "gateway", "on", ">" + PASSWORD);
                Replica one =
                        Replica.at("redis://gateway:wrong@127.0.0.1:" + redis.port(), NAMESPACE, new NoResultStore())) {
            await().until(() -> one.store().state().detail().contains("WRONGPASS"));
            assertThat(one.store().keep(success("e-1")).body())
                    .isEqualTo(success("e-1").body());
        }
    }
}
