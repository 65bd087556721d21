"""What is done to each server, and what is read from it meanwhile."""

import http.client
import json
import os
import random
import subprocess
import time

from harness import machine

PATH = "/task/function/execution-status/"
UPSTREAM_DELAY_MS = 200


def path(number, delay_ms=0, running=False):
    """The path of an id that tells the scripted upstream what to do; see tools/upstream.c."""
    scattered = number * 2654435761 & 0xFFFFFFFF
    return f"{PATH}{scattered:08x}-{delay_ms:04x}-400{int(running)}-8000-{number:012x}"


def get(port, target):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", target)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


class Scenarios:
    """Runs one scenario on one server at a time. Each returns one row of figures."""

    def __init__(self, tools, work, upstream_port, size, seconds):
        self.tools, self.work, self.upstream_port = tools, work, upstream_port
        self.size, self.seconds = size, seconds
        self.wrk_waits = {}
        self.fresh = 10_000_000 + random.randrange(1_000_000) * 1000
        self.hits_file = work / "hits"
        self.hits_file.write_text("".join(path(n) + "\n" for n in range(size["ids"])))

    def fresh_paths(self, count, **script):
        self.fresh += count
        return [path(self.fresh - count + i, **script) for i in range(count)]

    def upstream_calls(self):
        return int(get(self.upstream_port, "/calls")[1])

    def load(self, mode, server, *arguments):
        command = [self.tools / "load", mode, server.port, *arguments]
        return json.loads(subprocess.run(map(str, command), capture_output=True, check=True).stdout)

    def wrk(self, server, connections, file, seconds):
        command = [
            "wrk", "-t2", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s",
            "-s", self.tools / "random.lua", f"http://127.0.0.1:{server.port}", "--", file]
        out = subprocess.run(map(str, command), capture_output=True, text=True, check=True).stdout
        return json.loads(out[out.index('{"good"'):])

    def window(self, server, drive):
        """Drives the server and adds what its processes and the upstream spent meanwhile."""
        calls, (stolen, busy), (user, system) = self.upstream_calls(), machine.stolen_and_busy(), server.cpu()
        row = drive()
        user_after, system_after = server.cpu()
        stolen_after, busy_after = machine.stolen_and_busy()
        answers = max(1, row["good"] + row["bad"])
        row["user"] = (user_after - user) * 1e6 / answers
        row["system"] = (system_after - system) * 1e6 / answers
        row["cpu"] = row["user"] + row["system"]
        row["rate"] = answers / row["seconds"]
        row["stolen"] = (stolen_after - stolen) / row["seconds"]
        row["load"] = os.getloadavg()[0]
        row["calls"] = self.upstream_calls() - calls
        row["calls_per_second"] = row["calls"] / row["seconds"]
        return row

    def fill(self, server):
        return self.load("once", server, self.hits_file, 32)

    def warm(self, server, answers):
        """Until as many answers were given and, at most 60 s longer, until compilers use less than 2 % of the CPU."""
        patience = None
        while True:
            compiling, spent = machine.compiler_seconds(server.process.pid), sum(server.cpu())
            answers -= self.wrk(server, 64, self.hits_file, self.seconds)["good"]
            compiling = machine.compiler_seconds(server.process.pid) - compiling
            if answers <= 0:
                patience = patience or time.monotonic() + 60
                if compiling < 0.02 * (sum(server.cpu()) - spent) or time.monotonic() > patience:
                    return

    def warm_misses(self, server):
        """Misses take a path of their own, which compilers have yet to see: until they use less than 5 % of the CPU."""
        for _ in range(8):
            compiling, spent = machine.compiler_seconds(server.process.pid), sum(server.cpu())
            self.misses(server)
            compiling = machine.compiler_seconds(server.process.pid) - compiling
            if compiling < 0.05 * (sum(server.cpu()) - spent):
                return

    def hits_64(self, server):
        return self.window(server, lambda: self.wrk(server, 64, self.hits_file, self.seconds))

    def hits_256(self, server):
        return self.window(server, lambda: self.wrk(server, 256, self.hits_file, self.seconds))

    def paced(self, server):
        return self.window(
            server, lambda: self.load("pace", server, self.hits_file, 64, self.size["rate"], self.seconds))

    def not_modified(self, server):
        """None where a 304 names the length of the body it leaves out (it may, but wrk waits for that body)."""
        file = self.work / f"tags-{server.name}"
        if not file.exists():
            lines = []
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            for target in self.hits_file.read_text().split():
                connection.request("GET", target)
                response = connection.getresponse()
                response.read()
                lines.append(f"{target}\t{response.headers['ETag']}\n")
            file.write_text("".join(lines))
            connection.request("GET", target, headers={"If-None-Match": response.headers["ETag"]})
            response = connection.getresponse()
            connection.close()
            if response.status != 304:
                raise RuntimeError(f"{server.name} answers {response.status} to a matching If-None-Match")
            self.wrk_waits[server.name] = int(response.headers.get("Content-Length", 0)) > 0
        if self.wrk_waits[server.name]:
            return None
        return self.window(server, lambda: self.wrk(server, 64, file, self.seconds))

    def misses(self, server):
        file = self.work / "misses"
        file.write_text("".join(p + "\n" for p in self.fresh_paths(self.size["misses"])))
        return self.window(server, lambda: self.load("once", server, file, 64))

    def herd(self, server):
        target = self.fresh_paths(1, delay_ms=UPSTREAM_DELAY_MS)[0]
        return self.window(server, lambda: self.load("herd", server, target, self.size["herd"]))

    def poll(self, server):
        target = self.fresh_paths(1, delay_ms=20, running=True)[0]
        return self.window(
            server, lambda: self.load("poll", server, target, self.size["pollers"], 100, self.size["poll_seconds"]))

    def start(self, kinds, name):
        """Start to first answer, in a process of its own, and what it holds with every id in memory."""
        server = kinds.start(name)
        try:
            first = server.answers(path(1))
            self.fill(server)
            resident, proportional = server.memory()
            return {"first_ms": first * 1000, "resident": resident, "proportional": proportional}
        finally:
            server.stop()
