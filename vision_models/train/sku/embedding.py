"""Train and export the SKU embedding: `python -m vision_models.train.sku.embedding --help`.

Resumable: the same command goes on from its last checkpoint. Seeded: item i of the stream depends
on the seed and i alone.
"""

import argparse
import csv
import json
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import torch
from torch.utils.data import DataLoader, Subset

from vision_models.train.half_weights import store_weights_half
from vision_models.train.schedule import set_learning_rate
from vision_models.train.sku.crops import ShelfCrop, shelf_crops
from vision_models.train.sku.network import INPUT_PX, MarginLoss, SkuNetwork
from vision_models.train.sku.samples import Sample, SkuSamples

PEAK_RATE = 2e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingRun:
    """One training run, as asked for on the command line."""

    grocery: Path
    packs: Path | None
    shelves: Path | None
    start: Path | None
    out: Path
    leave_out: tuple[int, ...]
    seed: int
    steps: int
    batch: int
    threads: int
    workers: int
    minutes: float
    peak: float


def read_samples(run: EmbeddingRun) -> tuple[list[Sample], dict[str, int]]:
    """Every sample of the run, and the classes by name. Held-out SKUs appear in neither."""
    samples: list[Sample] = []
    labels: dict[str, int] = {}
    with (run.grocery / "classes.csv").open(encoding="utf-8") as file:
        icons = {int(row[1]): row[4].strip("/") for row in list(csv.reader(file))[1:]}
    for line in (run.grocery / "train.txt").read_text(encoding="utf-8").splitlines():
        name, fine, _ = (part.strip() for part in line.split(","))
        if int(fine) not in run.leave_out:
            label = labels.setdefault(f"grocery-{fine}", len(labels))
            samples.append(Sample(path=run.grocery / name, label=label, is_cut_out=False))
    for fine_id, icon in icons.items():
        if f"grocery-{fine_id}" in labels and "Packages" in icon:
            label = labels[f"grocery-{fine_id}"]
            samples += [Sample(path=run.grocery / icon, label=label, is_cut_out=True)]
    for folder in sorted(run.packs.iterdir()) if run.packs else ():
        label = labels.setdefault(folder.name, len(labels))
        samples += [
            Sample(path=path, label=label, is_cut_out=True) for path in sorted(folder.glob("*.png"))
        ]
    return samples, labels


def read_crops(run: EmbeddingRun, labels: dict[str, int]) -> list[ShelfCrop]:
    """Crops of the run's rendered shelves; their packs are those of `packs`, by number."""
    if run.shelves is None:
        return []
    return shelf_crops(run.shelves, lambda gtin: labels[f"pack-{int(gtin[-9:-1]):05d}"])


def _batches(
    run: EmbeddingRun, samples: SkuSamples, first_step: int
) -> Iterator[list[torch.Tensor]]:
    rest = Subset(samples, range(first_step * run.batch, run.steps * run.batch))
    yield from DataLoader(rest, batch_size=run.batch, num_workers=run.workers, prefetch_factor=4)


def train(run: EmbeddingRun) -> None:
    """Train until `steps` or `minutes` are over; write checkpoints, a log line each 100 steps, and
    at the end `sku_embedding.onnx`."""
    torch.manual_seed(run.seed)
    torch.set_num_threads(run.threads)
    cv2.setNumThreads(1)  # each worker process has one core at most
    run.out.mkdir(parents=True, exist_ok=True)
    samples, labels = read_samples(run)
    classes = len(labels)
    network, loss = SkuNetwork().to(memory_format=torch.channels_last), MarginLoss(classes)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(
        [*network.parameters(), *loss.parameters()], lr=run.peak, weight_decay=0.02
    )
    kept = run.out / "checkpoint.pt"
    step = 0
    if run.start is not None and not kept.exists():
        state = torch.load(run.start, weights_only=True)
        network.load_state_dict(state["network"])
        loss.load_state_dict(state["loss"])
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        network.load_state_dict(state["network"])
        loss.load_state_dict(state["loss"])
        optimiser.load_state_dict(state["optimiser"])
        step = int(state["step"])
    crops = read_crops(run, labels)
    stream = SkuSamples(samples, crops, seed=run.seed, length=run.steps * run.batch)
    started, smooth = time.monotonic(), 0.0
    for pictures, labels in _batches(run, stream, step):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = network(pictures.contiguous(memory_format=torch.channels_last))
        error = loss(vectors.float(), labels)
        optimiser.zero_grad(set_to_none=True)
        set_learning_rate(optimiser, step=step, steps=run.steps, peak=run.peak)
        error.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        step += 1
        smooth = error.item() if smooth == 0 else 0.98 * smooth + 0.02 * error.item()
        out_of_time = time.monotonic() - started > run.minutes * 60
        if step % 100 == 0:
            minutes = (time.monotonic() - started) / 60
            print(f"step {step} loss {smooth:.3f} after {minutes:.1f} min", flush=True)
        if step % 500 == 0 or out_of_time or step == run.steps:
            torch.save(
                {
                    "network": network.state_dict(),
                    "loss": loss.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "step": step,
                },
                kept,
            )
        if out_of_time:
            break
    export(network, run.out / "sku_embedding.onnx")
    record = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(run).items()}
    (run.out / "run.json").write_text(json.dumps(record | {"step": step, "classes": classes}))


def export(network: SkuNetwork, path: Path) -> None:
    """Write `network` as ONNX, opset 17, any batch, weights stored in 16 bits."""
    network.eval()
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, INPUT_PX, INPUT_PX),),
        str(path),
        input_names=["pictures"],
        output_names=["vectors"],
        dynamic_axes={"pictures": {0: "n"}, "vectors": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    store_weights_half(path)


def package_ids(grocery: Path) -> list[int]:
    """Fine class ids of the packages in the Grocery Store Dataset, ascending."""
    lines = (grocery / "train.txt").read_text(encoding="utf-8").splitlines()
    return sorted({int(line.split(",")[1]) for line in lines if "/Packages/" in line})


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grocery", type=Path, required=True, help="Grocery Store Dataset")
    parser.add_argument("--packs", type=Path, help="folder of rendered packs, one folder a design")
    parser.add_argument(
        "--shelves", type=Path, help="rendered shelves of the same packs, with names/"
    )
    parser.add_argument("--start", type=Path, help="checkpoint.pt whose weights to begin with")
    parser.add_argument("--out", type=Path, default=Path("train-out/sku-embedding"))
    parser.add_argument("--leave-out", type=int, default=0, help="how many package SKUs to hide")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=90.0)
    parser.add_argument("--peak", type=float, default=PEAK_RATE, help="highest learning rate")
    words = vars(parser.parse_args())
    hidden = random.Random(words["seed"]).sample(package_ids(words["grocery"]), words["leave_out"])
    train(EmbeddingRun(**(words | {"leave_out": tuple(sorted(hidden))})))


if __name__ == "__main__":
    main()
