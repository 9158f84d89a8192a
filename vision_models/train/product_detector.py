"""Train and export the product detector: `python -m vision_models.train.product_detector --help`.

Resumable and seeded, like the SKU embedding.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import torch
from torch.utils.data import DataLoader, Subset

from vision_models.train.half_weights import store_weights_half
from vision_models.train.product_network import (
    ProductNetwork,
    ScoredProductNetwork,
    detection_loss,
)
from vision_models.train.product_samples import ProductSamples
from vision_models.train.schedule import set_learning_rate

INPUT_PX = 416
PEAK_RATE = 2e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One training run, as asked for on the command line."""

    labelled: Path
    packs: Path
    scenes: Path
    out: Path
    seed: int
    steps: int
    batch: int
    side: int
    threads: int
    workers: int
    minutes: float


def _samples(run: Run) -> ProductSamples:
    photos = sorted((run.labelled / "train-images").glob("*.jpg"))
    labels = [run.labelled / "train-labels" / f"{photo.stem}.txt" for photo in photos]
    scenes = [
        run.scenes / line.split(",")[0].strip()
        for line in (run.scenes / "train.txt").read_text(encoding="utf-8").splitlines()[::4]
    ]
    return ProductSamples(
        list(zip(photos, labels, strict=True)),
        sorted(run.packs.glob("*/*.png")),
        scenes,
        side_px=run.side,
        seed=run.seed,
        length=run.steps * run.batch,
    )


def _together(
    items: list[tuple[torch.Tensor, torch.Tensor]],
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    return torch.stack([picture for picture, _ in items]), [boxes for _, boxes in items]


def train(run: Run) -> None:
    """Train until `steps` or `minutes` are over; then write `product_detector.onnx`."""
    torch.manual_seed(run.seed)
    torch.set_num_threads(run.threads)
    cv2.setNumThreads(1)  # each worker process has one core at most
    run.out.mkdir(parents=True, exist_ok=True)
    network = ProductNetwork().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, weight_decay=0.01)
    kept, step = run.out / "checkpoint.pt", 0
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        step = int(state["step"])
    stream = Subset(_samples(run), range(step * run.batch, run.steps * run.batch))
    loader = DataLoader(
        stream,
        batch_size=run.batch,
        num_workers=run.workers,
        collate_fn=_together,
        prefetch_factor=4,
    )
    started_s, smooth = time.monotonic(), 0.0
    for pictures, truths in loader:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = network(pictures.contiguous(memory_format=torch.channels_last))
        error = detection_loss(found.float(), truths, run.side)
        optimiser.zero_grad(set_to_none=True)
        set_learning_rate(optimiser, step=step, steps=run.steps, peak=PEAK_RATE)
        error.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        step += 1
        smooth = error.item() if smooth == 0 else 0.98 * smooth + 0.02 * error.item()
        minutes = (time.monotonic() - started_s) / 60
        if step % 50 == 0:
            print(f"step {step} loss {smooth:.3f} after {minutes:.1f} min", flush=True)
        if step % 250 == 0 or minutes > run.minutes or step == run.steps:
            state = {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "step": step,
            }
            torch.save(state, kept)
        if minutes > run.minutes:
            break
    export(network, run.out / "product_detector.onnx")
    record = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(run).items()}
    (run.out / "run.json").write_text(json.dumps(record | {"step": step}))


def export(network: ProductNetwork, path: Path) -> None:
    """Write `network` as ONNX, opset 17, any batch, 416 px a side, weights stored in 16 bits."""
    whole = ScoredProductNetwork(network).eval()
    torch.onnx.export(
        whole,
        (torch.zeros(1, 3, INPUT_PX, INPUT_PX),),
        str(path),
        input_names=["pictures"],
        output_names=["cells"],
        dynamic_axes={"pictures": {0: "n"}, "cells": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    store_weights_half(path)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labelled", type=Path, required=True, help="Beverage3, YOLO labels")
    parser.add_argument("--packs", type=Path, required=True, help="rendered packs")
    parser.add_argument("--scenes", type=Path, required=True, help="Grocery Store Dataset")
    parser.add_argument("--out", type=Path, default=Path("train-out/product-detector"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int, default=4_000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--side", type=int, default=320)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=90.0)
    train(Run(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
