/** The door for operators: metrics, health, admin routes, the console's data, and how the process ends. */
@NullMarked
package io.taskstatus.gateway.operations;

import org.jspecify.annotations.NullMarked;
