package io.taskstatus.gateway.store;

import io.taskstatus.gateway.RedisServer;
import io.taskstatus.gateway.lookup.ResultStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The contract of stores, by the shared tier alone. */
class RedisStoreTest extends ResultStoreContract {
    private static RedisServer redis;

    @BeforeAll
    static void startRedis() {
        redis = RedisServer.start();
    }

    @AfterAll
    static void stopRedis() {
        if (redis != null) {
            redis.close();
        }
    }

    @BeforeEach
    void empty() {
        redis.flush();
    }

    @Override
    ResultStore open(String namespace) throws Exception {
        return Replica.of(redis, namespace).store();
    }
}
