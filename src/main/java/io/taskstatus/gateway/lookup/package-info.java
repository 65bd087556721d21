/**
 * How a question is answered: memory, then store, then source, one fetch per id. Start at {@link
 * io.taskstatus.gateway.lookup.StatusLookup}. Nothing here knows of HTTP, of Quarkus or of a database.
 */
@NullMarked
package io.taskstatus.gateway.lookup;

import org.jspecify.annotations.NullMarked;
