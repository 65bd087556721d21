package io.taskstatus.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * A way to a server on this machine that a test may cut and mend, or make long. Cut, it is silent, as a network is that
 * lost its way: connections stay, new ones open, and nothing comes through. What was sent meanwhile arrives when it is
 * mended, as TCP sends it again.
 */
public final class Cable implements AutoCloseable {
    private final ServerSocket end;
    private final int port;
    private final Semaphore whole = new Semaphore(1);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile Duration delay = Duration.ZERO;

    private Cable(ServerSocket end, int port) {
        this.end = end;
        this.port = port;
    }

    /** Lays one to {@code port}. */
    public static Cable to(int port) {
        try {
            Cable cable = new Cable(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), port);
            Thread.startVirtualThread(cable::accept);
            return cable;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it begins. */
    public int port() {
        return end.getLocalPort();
    }

    /** From here on nothing comes through. */
    public void cut() {
        whole.acquireUninterruptibly();
    }

    public void mend() {
        whole.release();
    }

    /** From here on what comes back takes so much longer. */
    public void takes(Duration longer) {
        delay = longer;
    }

    private void accept() {
        try {
            while (true) {
                Socket near = end.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                sockets.add(near);
                sockets.add(far);
                Thread.startVirtualThread(() -> carry(near, far, false));
                Thread.startVirtualThread(() -> carry(far, near, true));
            }
        } catch (IOException closed) {
            // nobody comes any more
        }
    }

    private void carry(Socket from, Socket to, boolean back) {
        byte[] bytes = new byte[64 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                if (back) {
                    LockSupport.parkNanos(delay.toNanos());
                }
                whole.acquireUninterruptibly();
                whole.release();
                out.write(bytes, 0, length);
            }
        } catch (IOException ended) {
            // the other end is closed too
        }
    }

    @Override
    public void close() throws IOException {
        end.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
