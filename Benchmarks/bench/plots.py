"""Bars for every kind of work: throughput, processor time, latency, memory."""
import os

KINDS = (("requests/s", "throughput.png", "requests per second"), ("CPU µs", "cpu.png", "CPU µs per request"),
         ("p99 µs", "latency.png", "latency in µs: the bar is p99, the marks p50 and p90"), ("MB", "memory.png", "resident MB"),
         ("octets", "idle.png", "octets for each idle connection"))


def draw(results, folder):
    try:
        import matplotlib
    except ImportError:
        print("no plots: python3-matplotlib is not installed")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot
    for key, name, title in KINDS:
        rows = [row for row in results if key in row]
        works = list(dict.fromkeys(row["work"] for row in rows))
        if not works:
            continue
        figure, axes = pyplot.subplots(1, len(works), figsize=(2.6 * len(works) + 1, 4), squeeze=False)
        for axis, work in zip(axes[0], works):
            bars = [row for row in rows if row["work"] == work]
            axis.bar([row["program"] for row in bars], [row[key] for row in bars])
            if key == "p99 µs":
                for mark in ("p50 µs", "p90 µs"):
                    axis.plot([row["program"] for row in bars], [row[mark] for row in bars], "_", color="black")
            axis.set_title(work)
            axis.tick_params(axis="x", rotation=60)
        figure.suptitle(title)
        figure.tight_layout()
        figure.savefig(os.path.join(folder, name))
        pyplot.close(figure)
    print("plots and results.json are in %s" % folder)
