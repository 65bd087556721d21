/**
 * Where statuses come from: one HTTP endpoint that may be slow, wrong or gone. Start at {@link
 * io.taskstatus.gateway.upstream.UpstreamClient}; {@link io.taskstatus.gateway.upstream.UpstreamFailures} is the error
 * table, {@link io.taskstatus.gateway.upstream.UpstreamWire} everything that touches the network.
 */
@NullMarked
package io.taskstatus.gateway.upstream;

import org.jspecify.annotations.NullMarked;
