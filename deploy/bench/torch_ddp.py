#!/usr/bin/env python3
"""PyTorch's DistributedDataParallel over gloo, the peer outside Java: two processes, one thread each, batch 64 each.

    torch_ddp.py mlp|lenet EXAMPLES EPOCHS FOLDER

Follows the rule of all peers: one warm-up epoch, then EPOCHS timed ones over the same first EXAMPLES of MNIST, then the
accuracy on all of the test set. Prints one line of JSON. Exits with 77 where PyTorch is absent.
"""

import gzip
import json
import os
import socket
import sys
import time

# Before torch is loaded: its thread pools are made then.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

try:
    import numpy as np
    import torch
    import torch.distributed as dist
    import torch.multiprocessing as mp
    from torch import nn
    from torch.nn.parallel import DistributedDataParallel
except ImportError as missing:
    print(f"torch_ddp.py: skipped, {missing}; Debian: apt-get install python3-torch libopenblas0-pthread", file=sys.stderr)
    sys.exit(77)

WORKERS = 2
BATCH = 64


def read_idx(folder, prefix):
    """Images as float32 (examples, 784) in 0..1, and labels as int64."""
    with gzip.open(f"{folder}/{prefix}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(f"{folder}/{prefix}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return torch.from_numpy(images.astype(np.float32) / 255), torch.from_numpy(labels.astype(np.int64))


def make(model):
    """The same two models as everywhere."""
    if model == "mlp":
        return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))


def work(rank, model, examples, epochs, folder, port):
    torch.set_num_threads(1)
    torch.manual_seed(42)
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=WORKERS)
    net = DistributedDataParallel(make(model))
    adam = torch.optim.Adam(net.parameters(), lr=0.001)
    loss = nn.CrossEntropyLoss()
    images, labels = read_idx(folder, "train")
    images, labels = images[:examples], labels[:examples]
    # Both workers take equally many steps; what is left over is left out of the count, too.
    steps = len(images) // (WORKERS * BATCH)

    def epoch(seed):
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
        for step in range(steps):
            first = (step * WORKERS + rank) * BATCH
            batch = order[first:first + BATCH]
            adam.zero_grad()
            loss(net(images[batch]), labels[batch]).backward()
            adam.step()

    epoch(0)
    dist.barrier()
    start = time.monotonic()
    for i in range(epochs):
        epoch(i + 1)
    dist.barrier()
    seconds = time.monotonic() - start
    if rank == 0:
        images, labels = read_idx(folder, "t10k")
        with torch.no_grad():
            accuracy = (net.module(images).argmax(1) == labels).float().mean().item()
        counted = steps * WORKERS * BATCH
        print(json.dumps({
            "name": "torch-ddp", "model": model, "examplesPerSecond": round(epochs * counted / seconds, 1),
            "testAccuracy": round(accuracy, 4), "epochs": epochs, "seconds": round(seconds, 2), "examples": counted}))
    dist.destroy_process_group()


def main():
    if len(sys.argv) != 5 or sys.argv[1] not in ("mlp", "lenet"):
        sys.exit("usage: torch_ddp.py mlp|lenet EXAMPLES EPOCHS FOLDER")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mp.spawn(work, (sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], port), nprocs=WORKERS)


if __name__ == "__main__":
    main()
