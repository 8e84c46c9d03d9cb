"""``python -m tests.benchmarks [NAME]``: runs the benchmarks and writes ``build/bench.json``."""

import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import features, folder, grid, labeller, latency, loader, measure, memory, retrain, start, thumbnails

BENCHMARKS = {
    "retrain": retrain.retrain,
    "thumbnails": thumbnails.thumbnails,
    "sync": folder.sync_unchanged,
    "sync-memory": folder.sync_memory,
    "moves": folder.moves,
    "features": features.features,
    "start": start.start,
    "grid": grid.grid,
    "latency": latency.latency,
    "loader": loader.loader,
    "memory": memory.memory,
    "labeller": labeller.labeller,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    results = []
    for name in names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="sortloop-bench-") as folder_name:
            found = BENCHMARKS[name](Path(folder_name))
            for result in [found] if isinstance(found, measure.Result) else found:
                results.append(dataclasses.asdict(result))
                goal = "" if result.goal is None else f", goal {result.goal:g}{'' if result.ratio >= result.goal else ': MISSED'}"
                print(
                    f"{result.name}: {result.ours:.3f} {result.unit} against {result.peer:.3f} {result.unit} "
                    f"({result.peer_name}): ratio {result.ratio:.2f}{goal}  [n = {result.n}]",
                    flush=True,
                )
    target = Path("build/bench.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
