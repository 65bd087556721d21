package io.taskstatus.gateway;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A simulated upstream in one file of the JDK alone, on a raw socket so that it can misbehave byte by byte.
 *
 * <p>As a program ({@code java FakeUpstream.java --port 9100 [--host 0.0.0.0] [--latency 50]}) its executions go from
 * Running to a terminal status within seconds; see {@link #demo}. In a test it is told what to say, and asked what it
 * heard:
 *
 * {@snippet :
 * upstream.says("e-1", RUNNING).then(SUCCESS);
 * upstream.answers("e-2", status(503).with("Retry-After", "2")).then(says(SUCCESS));
 * Gate gate = upstream.holds("e-3");
 * upstream.fails(500); // everybody else
 * assertThat(upstream.fetchesOf("e-1")).isEqualTo(1);
 * }
 *
 * The last reply of a script goes on for ever. An id without one is not found.
 */
public final class FakeUpstream implements AutoCloseable {
    public static final String RUNNING = "Running";
    public static final String SUCCESS = "Success";
    public static final String INDETERMINATE = "Indeterminate";
    public static final String ERROR = "Error";

    public static final String PATH = "/task/function/execution-status/";

    private final ServerSocket listener;
    private final String scheme;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Map<String, Gate> gates = new ConcurrentHashMap<>();
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Function<String, Reply> otherwise = id -> notFound();
    private volatile Duration latency = Duration.ZERO;

    private FakeUpstream(ServerSocket listener, String scheme) {
        this.listener = listener;
        this.scheme = scheme;
        Thread.ofVirtual().name("fake-upstream").start(this::accept);
    }

    // --- coming and going

    /** An upstream on a free port of the loopback interface. */
    public static FakeUpstream start() throws IOException {
        return start(0);
    }

    public static FakeUpstream start(int port) throws IOException {
        return start(InetAddress.getLoopbackAddress(), port);
    }

    private static FakeUpstream start(InetAddress host, int port) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(host, port), 1024);
        return new FakeUpstream(listener, "http");
    }

    /** An upstream that speaks TLS with {@code certificate}. */
    public static FakeUpstream startSecure(Certificate certificate) throws IOException {
        ServerSocket listener = certificate.context().getServerSocketFactory().createServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        return new FakeUpstream(listener, "https");
    }

    /**
     * An upstream whose executions live: an id is Running for 5 s from the first time that it is asked for, then Success;
     * ids that begin with {@code demo-error} or {@code demo-indeterminate} end as that, and those that begin with {@code
     * unknown} do not exist.
     */
    public static FakeUpstream demo(int port) throws IOException {
        return demo(InetAddress.getLoopbackAddress(), port);
    }

    private static FakeUpstream demo(InetAddress host, int port) throws IOException {
        Map<String, Long> firstAsked = new ConcurrentHashMap<>();
        FakeUpstream upstream = start(host, port);
        upstream.latency = Duration.ofMillis(50);
        upstream.otherwise = id -> {
            if (id.startsWith("unknown")) {
                return notFound();
            }
            long since = System.nanoTime() - firstAsked.computeIfAbsent(id, first -> System.nanoTime());
            if (since < Duration.ofSeconds(5).toNanos()) {
                return says(RUNNING);
            }
            return says(
                    id.startsWith("demo-error")
                            ? ERROR
                            : id.startsWith("demo-indeterminate") ? INDETERMINATE : SUCCESS);
        };
        return upstream;
    }

    public static void main(String... args) throws Exception {
        Map<String, String> options = new HashMap<>(Map.of("--port", "9100", "--host", "127.0.0.1"));
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        FakeUpstream upstream =
                demo(InetAddress.getByName(options.get("--host")), Integer.parseInt(options.get("--port")));
        if (options.containsKey("--latency")) {
            upstream.latency = Duration.ofMillis(Long.parseLong(options.get("--latency")));
        }
        System.out.println("Simulated upstream on " + upstream.url());
        upstream.closed.await();
    }

    /** Where it listens, without a slash at the end. */
    public String url() {
        return scheme + "://127.0.0.1:" + port();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Stops listening, and cuts whoever is connected. Its port refuses from here on. */
    @Override
    public void close() {
        quietly(listener::close);
        hangUp();
        gates.values().forEach(Gate::release);
        closed.countDown();
    }

    /** Ends every connection that is open now, as a server that idles them out. */
    public void hangUp() {
        open.forEach(socket -> quietly(socket::close));
    }

    // --- what it is told to say

    /** The next reply for {@code id} is a body with this {@code verificationStatus}. */
    public Script says(String id, String word) {
        return answers(id, says(word));
    }

    /** The next reply for {@code id}, whatever it was told before. */
    public Script answers(String id, Reply reply) {
        Script script = new Script(reply);
        scripts.put(id, script);
        return script;
    }

    /** Every id without a script gets an error. */
    public void fails(int status) {
        otherwise(status(status));
    }

    /** Every id without a script gets {@code reply}. */
    public void otherwise(Reply reply) {
        otherwise = id -> reply;
    }

    /** Whoever asks for {@code id} from here on waits for its reply until the gate is released. */
    public Gate holds(String id) {
        Gate gate = new Gate();
        gates.put(id, gate);
        return gate;
    }

    // --- what it heard

    /** How often {@code id} was asked for. */
    public int fetchesOf(String id) {
        return requestsOf(id).size();
    }

    /** How often anything was asked for. */
    public int fetches() {
        return requests.size();
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public List<Request> requestsOf(String id) {
        return requests().stream().filter(request -> request.id().equals(id)).toList();
    }

    /** How many connections it has accepted so far. */
    public int connections() {
        return accepted.get();
    }

    /** How many connections are open now. */
    public int openConnections() {
        return open.size();
    }

    /** How many bytes of bodies went out, or into the buffers on the way. */
    public long bytesSent() {
        return sent.get();
    }

    /**
     * One request as it came.
     *
     * @param head everything up to the empty line
     * @param connection the number of the connection, from 1
     * @param at {@link System#nanoTime()} when the head was complete
     */
    public record Request(String head, int connection, long at) {
        /** The request target as it was sent. */
        public String target() {
            String[] line = head.lines().findFirst().orElse("").split(" ", -1);
            return line.length > 1 ? line[1] : "";
        }

        /** What follows the path of the endpoint, as it was sent. */
        public String id() {
            int start = target().indexOf(PATH);
            return start < 0 ? "" : target().substring(start + PATH.length());
        }

        /** The names of all headers, in lower case and sorted. */
        public List<String> headerNames() {
            return head.lines()
                    .skip(1)
                    .map(line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT))
                    .sorted()
                    .toList();
        }

        /** The value of a header, or an empty string. */
        public String header(String name) {
            return head.lines()
                    .skip(1)
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /** The replies for one id, in turn; the last one stays. */
    public static final class Script {
        private final List<Reply> replies = new ArrayList<>();

        private Script(Reply first) {
            replies.add(first);
        }

        public Script then(String word) {
            return then(FakeUpstream.says(word));
        }

        public synchronized Script then(Reply reply) {
            replies.add(reply);
            return this;
        }

        private synchronized Reply next() {
            return replies.size() > 1 ? replies.removeFirst() : replies.getFirst();
        }
    }

    /** Holds replies back. */
    public static final class Gate {
        private final CountDownLatch released = new CountDownLatch(1);
        private final AtomicInteger waiting = new AtomicInteger();

        /** How many have come to the gate so far. */
        public int arrivals() {
            return waiting.get();
        }

        /** Lets everybody through, now and later. */
        public void release() {
            released.countDown();
        }

        private void pass() throws InterruptedException {
            waiting.incrementAndGet();
            released.await();
        }
    }

    // --- replies

    /** A 200 with a body as the upstream documents it, for the id that is asked for. */
    public static Reply says(String word) {
        return new Reply(200).body(id -> bodyOf(id, word).getBytes(StandardCharsets.UTF_8));
    }

    /** A 200 with exactly this body. */
    public static Reply body(String json) {
        return body(json.getBytes(StandardCharsets.UTF_8));
    }

    public static Reply body(byte[] bytes) {
        return new Reply(200).body(id -> bytes);
    }

    /** Any other status, with the JSON that the upstream documents for errors. */
    public static Reply status(int status) {
        return new Reply(status).saying("{\"message\":\"status " + status + "\"}");
    }

    public static Reply notFound() {
        return new Reply(404).saying("{\"message\":\"Execution not found\"}");
    }

    /** These bytes in place of a whole HTTP answer, then the end of the connection. */
    public static Reply raw(String bytes) {
        return raw(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    public static Reply raw(byte[] bytes) {
        Reply reply = new Reply(0).body(id -> bytes);
        reply.ending = Ending.CLOSE;
        return reply;
    }

    /** The end of the connection in place of an answer. */
    public static Reply closes() {
        return raw("");
    }

    /** A reset (RST) in place of an answer. */
    public static Reply resets() {
        return raw("").reset();
    }

    /** Nothing at all, until the other side goes. */
    public static Reply hangs() {
        return raw("").hanging();
    }

    /** The body that {@link #says(String)} gives for {@code id}. */
    public static String bodyOf(String id, String word) {
        String solution = word.equals(RUNNING) ? "" : """
                "clearTextSolution":{"output":"function task output","executionStatus":"%s",\
                "senderAddress":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"},\
                "signature":{"v":28,"r":"20476805d11bd09ecad1b67102a0be84810749430bf8deca83f93de9b185d486",\
                "s":"07f38e3b363300f4997460ddef83c0769dedfd7ba8a61a21236081b5b8f74e66"},\
                """.formatted(word.equals(SUCCESS) ? "succeed" : "failed");
        return "{\"executionId\":\"" + id + "\"," + solution + "\"verificationStatus\":\"" + word + "\"}";
    }

    private enum Ending {
        /** The connection is kept for the next request. */
        KEEP,
        CLOSE,
        RESET,
        /** The connection stays, and nothing more comes. */
        HANG
    }

    private enum Framing {
        LENGTH,
        CHUNKED,
        /** The end of the connection ends the body. */
        UNTIL_CLOSE,
        /** The body again and again, for ever. */
        ENDLESS
    }

    /** One reply: an answer of HTTP, and how it goes wrong. */
    public static final class Reply {
        private final int status;
        private final List<String> headers = new ArrayList<>();
        private String type = "application/json";
        private Function<String, byte[]> body = id -> new byte[0];
        private Framing framing = Framing.LENGTH;
        private Ending ending = Ending.KEEP;
        private int declaredMore;
        private int cutAt = Integer.MAX_VALUE;
        private Duration perByte = Duration.ZERO;

        private Reply(int status) {
            this.status = status;
        }

        private Reply body(Function<String, byte[]> bytes) {
            body = bytes;
            return this;
        }

        /** Another body. */
        public Reply saying(String text) {
            return body(id -> text.getBytes(StandardCharsets.UTF_8));
        }

        /** Another {@code Content-Type}; none where it is empty. */
        public Reply as(String mediaType) {
            type = mediaType;
            return this;
        }

        /** One more header. */
        public Reply with(String name, String value) {
            headers.add(name + ": " + value);
            return this;
        }

        /** The body comes in chunks. */
        public Reply chunked() {
            framing = Framing.CHUNKED;
            return this;
        }

        /** The end of the connection ends the body. */
        public Reply untilClose() {
            framing = Framing.UNTIL_CLOSE;
            ending = Ending.CLOSE;
            return this;
        }

        /** The body never ends: it comes again and again, in chunks. */
        public Reply endless() {
            framing = Framing.ENDLESS;
            return this;
        }

        /** Of the body only {@code bytes} come, then the connection ends. */
        public Reply truncatedAfter(int bytes) {
            cutAt = bytes;
            ending = Ending.CLOSE;
            return this;
        }

        /** {@code Content-Length} promises this many bytes more than there are (or fewer). */
        public Reply promising(int more) {
            declaredMore = more;
            return this;
        }

        /** Every byte of the body comes this long after the one before. */
        public Reply dripping(Duration pause) {
            perByte = pause;
            return this;
        }

        /** The connection ends afterwards, with no word of it in the headers. */
        public Reply closing() {
            ending = Ending.CLOSE;
            return this;
        }

        /** The connection is reset afterwards. */
        public Reply reset() {
            ending = Ending.RESET;
            return this;
        }

        /** What was not sent by then never comes. */
        public Reply hanging() {
            ending = Ending.HANG;
            return this;
        }
    }

    // --- the wire

    private void accept() {
        while (true) {
            try {
                Socket socket = listener.accept();
                int number = accepted.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> converse(socket, number));
            } catch (IOException closedOrRefused) {
                if (listener.isClosed()) {
                    return;
                }
            }
        }
    }

    private void converse(Socket socket, int number) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            Ending ending = Ending.KEEP;
            while (ending == Ending.KEEP) {
                String head = readHead(in);
                if (head.isEmpty()) {
                    return;
                }
                Request request = new Request(head, number, System.nanoTime());
                requests.add(request);
                Reply reply = choose(request.id());
                send(reply, request.id(), new BufferedOutputStream(socket.getOutputStream(), 65_536), sent);
                ending = reply.ending;
            }
            if (ending == Ending.RESET) {
                socket.setSoLinger(true, 0);
            } else if (ending == Ending.HANG) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException gone) {
            // The other side left: what it says to that is what tests look at.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private Reply choose(String id) throws InterruptedException {
        Script script = scripts.get(id);
        Reply reply = script == null ? otherwise.apply(id) : script.next();
        Gate gate = gates.get(id);
        if (gate != null) {
            gate.pass();
        }
        Thread.sleep(latency);
        return reply;
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int end = 0;
        while (end < 4) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.write(next);
            end = next == (end % 2 == 0 ? '\r' : '\n') ? end + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private static void send(Reply reply, String id, OutputStream out, AtomicLong count)
            throws IOException, InterruptedException {
        byte[] body = reply.body.apply(id);
        byte[] sent = body.length > reply.cutAt ? Arrays.copyOf(body, reply.cutAt) : body;
        if (reply.framing == Framing.ENDLESS) {
            sent = new String(sent, StandardCharsets.ISO_8859_1).repeat(1000).getBytes(StandardCharsets.ISO_8859_1);
        }
        if (reply.status > 0) {
            out.write(head(reply, body.length).getBytes(StandardCharsets.ISO_8859_1));
        }
        boolean chunks = reply.status > 0 && (reply.framing == Framing.CHUNKED || reply.framing == Framing.ENDLESS);
        do {
            if (!reply.perByte.isZero()) {
                drip(sent, reply.perByte, chunks, out);
            } else if (chunks) {
                writeChunk(sent, out);
            } else {
                out.write(sent);
            }
            count.addAndGet(sent.length);
        } while (reply.framing == Framing.ENDLESS);
        if (chunks && sent.length == body.length) {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        out.flush();
    }

    private static String head(Reply reply, int length) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status + " Whatever\r\n");
        if (!reply.type.isEmpty()) {
            head.append("Content-Type: ").append(reply.type).append("\r\n");
        }
        for (String header : reply.headers) {
            head.append(header).append("\r\n");
        }
        switch (reply.framing) {
            case LENGTH -> {
                if (reply.status != 204 && reply.status != 304) {
                    head.append("Content-Length: ")
                            .append(length + reply.declaredMore)
                            .append("\r\n");
                }
            }
            case CHUNKED, ENDLESS -> head.append("Transfer-Encoding: chunked\r\n");
            case UNTIL_CLOSE -> head.append("Connection: close\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static void drip(byte[] bytes, Duration pause, boolean chunks, OutputStream out)
            throws IOException, InterruptedException {
        for (byte b : bytes) {
            if (chunks) {
                writeChunk(new byte[] {b}, out);
            } else {
                out.write(b);
            }
            out.flush();
            Thread.sleep(pause);
        }
    }

    private static void writeChunk(byte[] bytes, OutputStream out) throws IOException {
        if (bytes.length > 0) {
            out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.write(bytes);
            out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private interface Closing {
        void run() throws IOException;
    }

    private static void quietly(Closing closing) {
        try {
            closing.run();
        } catch (IOException alreadyGone) {
            // Nothing is left to close.
        }
    }

    /**
     * A certificate made by the JDK's own keytool: self-signed, unless something else is said.
     *
     * @param store the server's key, in a PKCS #12 file
     * @param trusted whom a client has to trust to take it, in another or the same
     */
    public record Certificate(Path store, Path trusted) {
        public static final String PASSWORD = "changeit";

        /** One that is valid now, for 127.0.0.1 and localhost. */
        public static Certificate valid(Path folder) throws IOException {
            return make(folder, "ip:127.0.0.1,dns:localhost");
        }

        /** One for another host. */
        public static Certificate ofAnotherHost(Path folder) throws IOException {
            return make(folder, "dns:elsewhere.example");
        }

        /** One that was valid until yesterday, from an authority that still is. */
        public static Certificate expired(Path folder) throws IOException {
            Path store = make(folder, "ip:127.0.0.1").store();
            Path authority = store.resolveSibling("authority.p12");
            String request = store.resolveSibling("request").toString();
            String root = store.resolveSibling("root").toString();
            String signed = store.resolveSibling("signed").toString();
            keytool(authority, "-genkeypair", "-alias", "root", "-keyalg", "EC", "-dname", "CN=root", "-ext", "bc:c");
            keytool(authority, "-exportcert", "-alias", "root", "-file", root);
            keytool(store, "-importcert", "-alias", "root", "-file", root);
            keytool(store, "-certreq", "-alias", "upstream", "-file", request);
            keytool(
                    authority,
                    "-gencert",
                    "-alias",
                    "root",
                    "-startdate",
                    "-2d",
                    "-validity",
                    "1",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-infile",
                    request,
                    "-outfile",
                    signed);
            keytool(store, "-importcert", "-alias", "upstream", "-file", signed);
            return new Certificate(store, authority);
        }

        private static Certificate make(Path folder, String names) throws IOException {
            Path store = Files.createTempDirectory(folder, "certificate").resolve("store.p12");
            keytool(
                    store,
                    "-genkeypair",
                    "-alias",
                    "upstream",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=upstream",
                    "-ext",
                    "san=" + names);
            return new Certificate(store, store);
        }

        private static void keytool(Path store, String... arguments) throws IOException {
            List<String> command = new ArrayList<>();
            command.add(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
            command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
            command.addAll(List.of(arguments));
            command.addAll(List.of(
                    "-noprompt", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD));
            Process keytool =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (keytool.onExit().join().exitValue() != 0) {
                throw new IOException("keytool: " + said);
            }
        }

        private SSLContext context() throws IOException {
            try (InputStream in = Files.newInputStream(store)) {
                KeyStore keys = KeyStore.getInstance("PKCS12");
                keys.load(in, PASSWORD.toCharArray());
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(keys, PASSWORD.toCharArray());
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(factory.getKeyManagers(), null, null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }
    }
}
