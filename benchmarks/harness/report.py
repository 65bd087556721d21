"""From rows of figures to the tables of a result file."""

import statistics

GATEWAY = "gateway"

TITLES = {
    "hits_64": "Hits, closed loop, 64 connections (wrk)",
    "hits_256": "Hits, closed loop, 256 connections (wrk)",
    "paced": "Hits, open loop, {rate:,} requests a second evenly, 64 connections",
    "not_modified": "304 answers, closed loop, 64 connections (wrk)",
    "misses": "Misses, closed loop, 64 connections, {misses:,} fresh ids a round",
    "herd": "A herd of {herd} on a cold id, the upstream takes 200 ms",
    "poll": "{pollers} clients ask for one Running id every 100 ms for {poll_seconds} s, the upstream takes 20 ms",
    "start": "Start to first answer, and memory with {ids:,} results",
}

# scenario, figure, peer, at most, what it is
TARGETS = [
    ("hits_64", "cpu", "nginx", 0.85, "CPU per hit, closed loop"),
    ("hits_64", "cpu", "haproxy", 0.95, "CPU per hit, closed loop"),
    ("hits_64", "cpu", "varnish", 0.50, "CPU per hit, closed loop"),
    ("hits_256", "cpu", "nginx", 0.85, "CPU per hit, closed loop, 256 connections"),
    ("hits_256", "cpu", "haproxy", 0.95, "CPU per hit, closed loop, 256 connections"),
    ("hits_256", "cpu", "varnish", 0.50, "CPU per hit, closed loop, 256 connections"),
    ("paced", "cpu", "nginx", 0.90, "CPU per hit, paced"),
    ("paced", "cpu", "varnish", 0.70, "CPU per hit, paced"),
    ("paced", "p99", "nginx", 1.00, "p99, paced"),
    ("misses", "cpu", "nginx", 2.00, "CPU per miss"),
]
CEILINGS = [
    ("herd", "calls", 1, "upstream calls for a herd"),
    ("herd", "max", 220_000, "slowest client of a herd, µs (the upstream's 200 ms and 20)"),
    ("poll", "calls_per_second", 1, "upstream calls a second for a polled Running id"),
    ("start", "first_ms", 400, "start to first answer, ms"),
    ("start", "resident", 160, "resident MiB with every result in memory"),
]


def median(rows, figure):
    return statistics.median(row[figure] for row in rows)


def ratio(rows, peer_rows, figure):
    """The median of the ratios of the rounds: what disturbs the machine disturbs both in a round."""
    return statistics.median(a[figure] / b[figure] for a, b in zip(rows, peer_rows) if b[figure])


def table(head, lines):
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(str(c) for c in line) + " |" for line in [head, rule, *lines]) + "\n"


def loaded(results):
    gateway = results.get(GATEWAY)
    head = ["server", "CPU µs", "min–max", "user", "system", "a second", "p50 µs", "p99 µs", "p99.9 µs", "bad",
            "upstream calls", "gateway's CPU ÷ this"]
    lines = []
    for name, rows in results.items():
        cpu = [row["cpu"] for row in rows]
        lines.append([
            name, f"{statistics.median(cpu):.2f}", f"{min(cpu):.2f}–{max(cpu):.2f}", f"{median(rows, 'user'):.2f}",
            f"{median(rows, 'system'):.2f}", f"{median(rows, 'rate'):,.0f}", f"{median(rows, 'p50'):,.0f}",
            f"{median(rows, 'p99'):,.0f}", f"{median(rows, 'p999'):,.0f}",
            sum(row["bad"] + row["broken"] for row in rows), sum(row["calls"] for row in rows),
            f"{ratio(gateway, rows, 'cpu'):.2f}" if gateway and name != GATEWAY else ""])
    return table(head, lines)


def herd(results):
    return table(
        ["server", "upstream calls", "fastest half by ms", "slowest ms", "bad"],
        [[name, f"{median(rows, 'calls'):.0f}", f"{median(rows, 'p50') / 1000:.1f}",
          f"{max(row['max'] for row in rows) / 1000:.1f}", sum(row["bad"] + row["broken"] for row in rows)]
         for name, rows in results.items()])


def poll(results):
    return table(
        ["server", "upstream calls a second", "CPU µs an answer", "p50 µs", "p99 µs", "slowest ms", "bad"],
        [[name, f"{median(rows, 'calls_per_second'):.2f}", f"{median(rows, 'cpu'):.1f}", f"{median(rows, 'p50'):,.0f}",
          f"{median(rows, 'p99'):,.0f}", f"{max(row['max'] for row in rows) / 1000:.1f}",
          sum(row["bad"] + row["broken"] for row in rows)]
         for name, rows in results.items()])


def start(results):
    return table(
        ["server", "first answer ms", "min–max", "resident MiB", "proportional MiB"],
        [[name, f"{median(rows, 'first_ms'):.0f}",
          f"{min(r['first_ms'] for r in rows):.0f}–{max(r['first_ms'] for r in rows):.0f}",
          f"{median(rows, 'resident'):.0f}", f"{median(rows, 'proportional'):.0f}"]
         for name, rows in results.items()])


def targets(all_results):
    lines = []
    for scenario, figure, peer, limit, what in TARGETS:
        results = all_results.get(scenario, {})
        if GATEWAY in results and peer in results:
            found = ratio(results[GATEWAY], results[peer], figure)
            lines.append([f"{what}, of {peer}'s", f"{limit:.2f}", f"{found:.2f}", "yes" if found <= limit else "**no**"])
    for scenario in ("hits_64", "hits_256"):
        results = all_results.get(scenario, {})
        for peer in results:
            if GATEWAY in results and peer in ("nginx", "varnish", "haproxy", "trafficserver"):
                found = ratio(results[GATEWAY], results[peer], "rate")
                what = f"hits a second, {scenario[5:]} connections, of {peer}'s"
                lines.append([what, "at least 1.00", f"{found:.2f}", "yes" if found >= 1 else "**no**"])
    plain, conditional = all_results.get("hits_64", {}), all_results.get("not_modified", {})
    if GATEWAY in plain and GATEWAY in conditional:
        found = ratio(conditional[GATEWAY], plain[GATEWAY], "cpu")
        lines.append(["CPU of a 304, of a hit's", "1.00", f"{found:.2f}", "yes" if found <= 1 else "**no**"])
    for scenario, figure, limit, what in CEILINGS:
        results = all_results.get(scenario, {})
        rows = results.get("gateway-aot") or results.get(GATEWAY)
        if rows:
            found = max(row[figure] for row in rows) if scenario in ("herd", "poll") else median(rows, figure)
            lines.append([what, f"{limit:,}", f"{found:,.2f}", "yes" if found <= limit else "**no**"])
    return table(["target", "at most", "measured", "met"], lines) if lines else "No gateway was measured.\n"


def document(day, facts, size, seconds, rounds, gateway_options, all_results):
    stolen = [row["stolen"] for results in all_results.values() for rows in results.values()
              for row in rows if "stolen" in row]
    text = [f"# Measured on {day}\n"]
    text += [f"- {key}: {value}" for key, value in facts.items()]
    text.append(f"- Gateway: `{gateway_options}`")
    text.append(f"- {rounds} interleaved rounds of {seconds:g} s, {size['ids']:,} ids at random, bodies of 391 bytes")
    load = [row["load"] for results in all_results.values() for rows in results.values() for row in rows if "load" in row]
    if load:
        text.append(f"- Load average meanwhile: {min(load):.1f} to {max(load):.1f}; a run that has the machine to itself "
                    "is at about 2 to 5")
    if stolen:
        text.append(f"- Taken by the hypervisor: {statistics.mean(stolen):.2f} of a core on average")
    text.append("\nCPU is the user and system time of all of a server's processes over the window, divided by the answers "
                "in it. Load and servers share the cores, so answers a second and latencies under a closed loop say "
                "less than CPU does. Figures are medians of the rounds, ratios medians of the rounds' ratios.\n")
    text.append("## Targets\n\n" + targets(all_results))
    for scenario, results in all_results.items():
        shape = {"herd": herd, "poll": poll, "start": start}.get(scenario, loaded)
        text.append(f"## {TITLES[scenario].format(**size)}\n\n{shape(results)}")
    return "\n".join(text)
