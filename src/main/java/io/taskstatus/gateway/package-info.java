@NullMarked
package io.taskstatus.gateway;

import org.jspecify.annotations.NullMarked;
