"""Tests/Goldens/pretraining/tensorboard.json: a file of events as TensorBoard's own writer makes it, and how TensorBoard reads one of ours.

    pip install tensorboard
    python Scripts/reference/pretraining/tensorboard_golden.py --out Tests/Goldens/pretraining/tensorboard.json
    python Scripts/reference/pretraining/tensorboard_golden.py --read runs/base/tensorboard
"""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

TIME = 1700000000.25
STEPS = [(0, {"loss/held-out": 9.015625}), (1, {"loss/train": 9.0, "learning-rate": 1e-3}), (300, {"loss/train": 4.5})]


def golden() -> dict:
    content = io.BytesIO()
    content.close = lambda: None  # type: ignore[method-assign]
    writer = RecordWriter(content)
    writer.write(Event(wall_time=TIME, file_version="brain.Event:2").SerializeToString())
    for step, values in STEPS:
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])
        writer.write(Event(wall_time=TIME + step, step=step, summary=summary).SerializeToString())
    return {"time": TIME, "steps": [{"step": s, "tags": list(v), "values": list(v.values())} for s, v in STEPS],
            "hex": content.getvalue().hex()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--read", type=Path)
    options = parser.parse_args()
    if options.out:
        options.out.write_text(json.dumps(golden(), indent=1) + "\n")
    if options.read:
        events = EventAccumulator(str(options.read))
        events.Reload()
        for tag in events.Tags()["scalars"] or events.Tags()["tensors"]:
            if tag in events.Tags()["scalars"]:
                points = [(e.step, round(e.value, 6)) for e in events.Scalars(tag)]
            else:
                points = [(e.step, round(e.tensor_proto.float_val[0], 6)) for e in events.Tensors(tag)]
            print(tag, len(points), "points:", points[:2], "…", points[-1])


if __name__ == "__main__":
    main()
