package io.taskstatus.gateway.lookup;

import java.io.Serial;

/** An operator's request could not be carried out, because the store can't be read or written now. */
public final class StoreUnavailableException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public StoreUnavailableException(String message) {
        super(message);
    }

    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
