"""What is asked of the machine: programs that are missing, processes' time and memory, facts for the result file."""

import glob
import os
import pathlib
import shutil
import subprocess
import sys

TICK = os.sysconf("SC_CLK_TCK")
TOOLS = pathlib.Path(__file__).resolve().parent.parent / "tools"
PACKAGES = {
    "nginx": "nginx",
    "varnishd": "varnish",
    "haproxy": "haproxy",
    "traffic_server": "trafficserver",
    "wrk": "wrk",
    "gcc": "gcc",
}


def install_missing(programs):
    """Installs from Debian what is missing, and starts none of the services that packages bring."""
    missing = [PACKAGES[p] for p in programs if p in PACKAGES and shutil.which(p) is None]
    if not missing:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    policy = pathlib.Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        subprocess.run([*sudo, "tee", str(policy)], input=b"#!/bin/sh\nexit 101\n", stdout=subprocess.DEVNULL, check=True)
        subprocess.run([*sudo, "chmod", "755", str(policy)], check=True)
    try:
        if "gcc" in missing:
            missing.append("libc6-dev")
        apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
        subprocess.run([*apt, "update"], check=True)
        subprocess.run([*apt, "install", "-y", "--no-install-recommends", *missing], check=True)
    finally:
        if ours:
            subprocess.run([*sudo, "rm", "-f", str(policy)], check=True)


def family(pid):
    """The process and all its descendants."""
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for parent in found:
        found.extend(children.get(parent, []))
    return found


def cpu_seconds(pid):
    """User and system time of the process and its descendants so far."""
    user = system = 0
    for one in family(pid):
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        user += int(fields[11])
        system += int(fields[12])
    return user / TICK, system / TICK


def compiler_seconds(pid):
    """What a JVM's compilers have used of it so far."""
    seconds = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            if "Compiler" in (task / "comm").read_text():
                seconds += sum(int(f) for f in (task / "stat").read_text().rpartition(")")[2].split()[11:13]) / TICK
        except (FileNotFoundError, ProcessLookupError):
            continue
    return seconds


def memory_mib(pid):
    """(resident, proportional) MiB of the process and its descendants; shared pages count once in the second."""
    resident = proportional = 0
    for one in family(pid):
        try:
            rollup = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        for line in rollup.splitlines():
            if line.startswith("Rss:"):
                resident += int(line.split()[1])
            elif line.startswith("Pss:"):
                proportional += int(line.split()[1])
    return resident / 1024, proportional / 1024


def stolen_and_busy():
    """Seconds, over all cores, that the hypervisor took and that anything at all ran."""
    fields = [int(f) for f in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[7] / TICK, (sum(fields) - fields[3] - fields[4]) / TICK


def first_line(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "absent"
    return next(iter((done.stdout + done.stderr).splitlines()), "?").strip()


def facts(java):
    cpu = next(
        (line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), "?")
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    virtual = "virtual machine" if "hypervisor" in pathlib.Path("/proc/cpuinfo").read_text() else "no hypervisor seen"
    release = dict(
        line.split("=", 1) for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)
    packages = ["nginx", "varnish", "haproxy", "trafficserver", "wrk"]
    versions = [f"{p} {first_line(['dpkg-query', '-W', '-f', '${Version}', p])}" for p in packages]
    here = pathlib.Path(__file__).parent
    commit = first_line(["git", "-C", str(here), "describe", "--always", "--dirty"])
    return {
        "Machine": f"{os.cpu_count()} cores of {cpu}, {memory:.0f} GiB, {virtual}",
        "System": f"{release.get('PRETTY_NAME', '?').strip(chr(34))}, Linux {os.uname().release}",
        "Packages": ", ".join(versions),
        "Java": first_line([java, "--version"]) if java else "not used",
        "Commit": commit,
    }


def find_java(given):
    """The given one, else the first of JAVA_HOME, the path and the usual folder that is a Java 25 or newer."""
    home = os.environ.get("JAVA_HOME")
    candidates = [given] if given else [
        *([f"{home}/bin/java"] if home else []), shutil.which("java"), *glob.glob("/usr/lib/jvm/*/bin/java")]
    for java in filter(None, candidates):
        words = first_line([java, "--version"]).split()
        if len(words) > 1 and words[1].split(".")[0].isdigit() and int(words[1].split(".")[0]) >= 25:
            return java
    sys.exit("No Java 25 found: name one with --java")


def compile_tools(target):
    """What drives and what is driven, ready in the folder."""
    for name in ("upstream", "load"):
        subprocess.run(["gcc", "-O2", "-Wall", "-o", target / name, TOOLS / f"{name}.c"], check=True)
    shutil.copy(TOOLS / "random.lua", target)
    return target
