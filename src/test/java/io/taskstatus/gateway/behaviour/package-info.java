/** The whole program, seen from outside. */
@NullMarked
package io.taskstatus.gateway.behaviour;

import org.jspecify.annotations.NullMarked;
