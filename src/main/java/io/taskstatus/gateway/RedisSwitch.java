package io.taskstatus.gateway;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the Redis client on with {@code gateway.store.kind=redis}, so that nobody has to say it twice. */
@Priority(Priorities.LIBRARY + 100)
public final class RedisSwitch implements ConfigSourceInterceptor {
    @Serial
    private static final long serialVersionUID = 1;

    /** Either says where Redis is. */
    static final List<String> ADDRESSES = List.of("quarkus.redis.hosts", "quarkus.redis.hosts-provider-name");

    private static final String ACTIVE = "quarkus.redis.active";
    private static final String KIND = "gateway.store.kind";

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        ConfigValue value = context.proceed(name);
        if (name.equals(ACTIVE) && value != null) {
            ConfigValue kind = context.restart(KIND);
            boolean redis = kind != null && "redis".equalsIgnoreCase(kind.getValue());
            return value.withValue(String.valueOf(redis));
        }
        return value;
    }
}
