"""The servers that are compared: how each is started, and where it keeps what."""

import http.client
import os
import pathlib
import random
import shutil
import socket
import subprocess
import time

from harness import machine

HERE = pathlib.Path(__file__).resolve().parent.parent
PEERS = HERE / "peers"


def free_port():
    """Below the ports that connections get by themselves, so that none takes it before the server is up."""
    while True:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Server:
    """A running server: one process and its children, and a folder that goes with it."""

    def __init__(self, name, command, port, folder, env=None):
        self.name, self.port, self.folder = name, port, folder
        self.output = open(folder / "output", "ab")
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output)

    def answers(self, path, patience=180):
        """Waits for the first 200; returns the seconds since the start."""
        while time.monotonic() - self.began < patience:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended: {(self.folder / 'output').read_text()[-2000:]}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    return time.monotonic() - self.began
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.001)
        raise RuntimeError(f"{self.name} gave no 200 within {patience} s")

    def cpu(self):
        return machine.cpu_seconds(self.process.pid)

    def memory(self):
        return machine.memory_mib(self.process.pid)

    def stop(self, patience=20):
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Kinds:
    """Starts servers of each kind before one upstream, each in a fresh folder."""

    def __init__(self, work, tmpfs, upstream_port, java, jar, variants):
        self.work, self.tmpfs, self.upstream_port = work, tmpfs, upstream_port
        self.java, self.jar, self.variants = java, jar, variants
        self.started = 0

    def start(self, name):
        self.started += 1
        # the peers' files are on tmpfs, where they have any; the gateway's store is durable and lies on a disk
        folder = (self.work if name in self.variants else self.tmpfs) / f"{name}-{self.started}"
        folder.mkdir(parents=True)
        port = free_port()
        if name in self.variants:
            return self._gateway(name, folder, port)
        return getattr(self, f"_{name}")(folder, port)

    def _gateway(self, name, folder, port):
        options, settings = self.variants[name]
        env = {
            "GATEWAY_UPSTREAM_URL": f"http://127.0.0.1:{self.upstream_port}",
            "GATEWAY_STORE_PATH": str(folder / "data"),
            "QUARKUS_HTTP_HOST": "127.0.0.1",
            "QUARKUS_HTTP_PORT": str(port),
            "QUARKUS_MANAGEMENT_PORT": str(free_port()),
            **settings,
        }
        jar = env.pop("JAR", self.jar)
        return Server(name, [self.java, *options, "-jar", str(jar)], port, folder, env)

    def _nginx(self, folder, port):
        config = self._fill("nginx.conf", folder, port)
        return Server("nginx", ["nginx", "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")],
                      port, folder)

    def _varnish(self, folder, port):
        config = self._fill("varnish.vcl", folder, port)
        command = [
            "varnishd", "-F", "-f", str(config), "-n", str(folder / "work"), "-a", f"127.0.0.1:{port}", "-T", "none",
            "-s", "malloc,1G", "-p", "thread_pool_max=1000", "-p", "http_resp_hdr_len=8k", "-j", "none"]
        return Server("varnish", command, port, folder)

    def _haproxy(self, folder, port):
        config = self._fill("haproxy.cfg", folder, port)
        return Server("haproxy", ["haproxy", "-db", "-f", str(config)], port, folder)

    def _trafficserver(self, folder, port):
        for name in ("cache", "run", "log", "trafficserver"):
            (folder / name).mkdir()
        for source in (PEERS / "trafficserver").iterdir():
            self._fill(f"trafficserver/{source.name}", folder, port)
        command = ["traffic_server", f"--run-root={folder / 'trafficserver' / 'runroot.yaml'}"]
        return Server("trafficserver", command, port, folder)

    def _fill(self, name, folder, port):
        text = (PEERS / name).read_text()
        for key, value in {"PORT": port, "UPSTREAM": self.upstream_port, "FOLDER": folder}.items():
            text = text.replace(f"@{key}@", str(value))
        target = folder / name
        target.write_text(text)
        return target
