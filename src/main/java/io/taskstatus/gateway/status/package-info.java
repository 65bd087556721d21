/** What the upstream says: pure values, and the one reader of its bodies. */
@NullMarked
package io.taskstatus.gateway.status;

import org.jspecify.annotations.NullMarked;
