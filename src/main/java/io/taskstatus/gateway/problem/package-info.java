/** The one error shape of both ports (RFC 9457). */
@NullMarked
package io.taskstatus.gateway.problem;

import org.jspecify.annotations.NullMarked;
