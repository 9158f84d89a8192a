"""The training loop and the export that both detectors share: products and people."""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, Dataset, Subset

from vision_models.train.detector_network import (
    DetectorNetwork,
    ScoredDetectorNetwork,
    detection_loss,
)
from vision_models.train.half_weights import store_weights_half
from vision_models.train.schedule import set_learning_rate

Item = tuple[torch.Tensor, torch.Tensor]
"""RGB (3, height, width) uint8, and boxes (m, 4) x1, y1, x2, y2 in pixels."""
PEAK_RATE = 2e-3
KEPT_SHARE = 0.998
"""The shipped weights are a running mean of the trained ones, so much of it kept each step."""
CHECKPOINT_STEPS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorRun:
    """One training run, as asked for on the command line."""

    out: Path
    seed: int
    steps: int
    batch: int
    side: int
    threads: int
    workers: int
    minutes: float


def run_options(parser: argparse.ArgumentParser, *, out: str, steps: int) -> None:
    """Add the options that every detector's command has."""
    parser.add_argument("--out", type=Path, default=Path(out))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--side", type=int, default=320, help="training pictures, pixels a side")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=90.0, help="stop, and export, after these")


def run_of(options: argparse.Namespace) -> DetectorRun:
    """The run that `options` ask for."""
    return DetectorRun(**{name: getattr(options, name) for name in DetectorRun.__slots__})


class Trainee:
    """A network, its running mean and its optimiser: all that a checkpoint keeps."""

    def __init__(self, network: DetectorNetwork, checkpoint: Path) -> None:
        self.checkpoint = checkpoint
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, weight_decay=0.01)
        self.mean = AveragedModel(
            self.network, multi_avg_fn=get_ema_multi_avg_fn(KEPT_SHARE), use_buffers=True
        )
        self.step = 0
        if checkpoint.exists():
            state = torch.load(checkpoint, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.mean.load_state_dict(state["mean"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step = int(state["step"])

    def learn(self, pictures: torch.Tensor, truths: Sequence[torch.Tensor], steps: int) -> float:
        """The loss of one step on (n, 3, height, width) RGB in 0..1."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = self.network(pictures.contiguous(memory_format=torch.channels_last))
        error = detection_loss(found.float(), truths, (pictures.shape[2], pictures.shape[3]))
        self.optimiser.zero_grad(set_to_none=True)
        set_learning_rate(self.optimiser, step=self.step, steps=steps, peak=PEAK_RATE)
        error.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        self.optimiser.step()
        self.mean.update_parameters(self.network)
        self.step += 1
        return float(error.item())

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        state = {
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        beside = self.checkpoint.with_suffix(".part")
        torch.save(state, beside)
        beside.replace(self.checkpoint)


def _together(items: list[Item]) -> tuple[torch.Tensor, list[torch.Tensor]]:
    return torch.stack([picture for picture, _ in items]), [boxes for _, boxes in items]


def train_detector(
    network: DetectorNetwork,
    samples: Dataset[Item],
    run: DetectorRun,
    *,
    name: str,
    input_px: tuple[int, int],
) -> None:
    """Train until `steps` or `minutes` are over; then write `NAME.onnx` and `run.json`."""
    run.out.mkdir(parents=True, exist_ok=True)
    trainee = Trainee(network, run.out / "checkpoint.pt")
    stream = Subset(samples, range(trainee.step * run.batch, run.steps * run.batch))
    loader = DataLoader(
        stream,
        batch_size=run.batch,
        num_workers=run.workers,
        collate_fn=_together,
        prefetch_factor=4,
    )
    started_s, smooth = time.monotonic(), 0.0
    for pictures, truths in loader:
        loss = trainee.learn(pictures.float() / 255.0, truths, run.steps)
        smooth = loss if smooth == 0 else 0.98 * smooth + 0.02 * loss
        minutes = (time.monotonic() - started_s) / 60
        if trainee.step % 50 == 0:
            print(f"step {trainee.step} loss {smooth:.3f} after {minutes:.1f} min", flush=True)
        if trainee.step % CHECKPOINT_STEPS == 0:
            trainee.save()
        if minutes > run.minutes:
            break
    trainee.save()
    export(trainee.mean.module, run.out / f"{name}.onnx", input_px)
    record = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(run).items()}
    (run.out / "run.json").write_text(json.dumps(record | {"step": trainee.step}))


def begin(run: DetectorRun) -> None:
    """Fix the seed and the threads, before anything is built."""
    torch.manual_seed(run.seed)
    torch.set_num_threads(run.threads)
    cv2.setNumThreads(1)  # each worker process has one core at most


def export(network: torch.nn.Module, path: Path, input_px: tuple[int, int]) -> None:
    """Write `network` as ONNX, opset 17, any batch, `input_px` wide and high, weights kept in 16
    bits."""
    width, height = input_px
    whole = ScoredDetectorNetwork(network).eval()
    torch.onnx.export(
        whole,
        (torch.zeros(1, 3, height, width),),
        str(path),
        input_names=["pictures"],
        output_names=["cells"],
        dynamic_axes={"pictures": {0: "n"}, "cells": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    store_weights_half(path)
