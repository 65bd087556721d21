package io.taskstatus.gateway;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * What native code could not find by its name otherwise. Caffeine picks generated classes for a cache's settings by name:
 * S strong keys and values, MW or MS bounded by weight or size, A and W expiring after access or write; P its entries. A test
 * compares these with what the running program loads (quarkusio/quarkus#30744).
 */
@RegisterForReflection(
        classNames = {
            "com.github.benmanes.caffeine.cache.SSMSA",
            "com.github.benmanes.caffeine.cache.SSMSW",
            "com.github.benmanes.caffeine.cache.SSMWA",
            "com.github.benmanes.caffeine.cache.PSAMS",
            "com.github.benmanes.caffeine.cache.PSWMS",
            "com.github.benmanes.caffeine.cache.PSWMW",
        })
final class NativeReflection {
    private NativeReflection() {}
}
