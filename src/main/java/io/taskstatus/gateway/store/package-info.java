/**
 * Where terminal results rest: for ever, until an operator purges them. {@link
 * io.taskstatus.gateway.store.GuardedResultStore} is what the lookup sees: a queue, a thread that writes it, a few that
 * read, so that storage that is slow, full, damaged or gone holds nobody up. Behind it {@link
 * io.taskstatus.gateway.store.SqliteStorage} keeps rows in one SQLite file.
 */
@NullMarked
package io.taskstatus.gateway.store;

import org.jspecify.annotations.NullMarked;
