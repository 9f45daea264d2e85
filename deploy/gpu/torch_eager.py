"""The same networks in PyTorch's eager mode: milliseconds a gradient. torch_eager.py EXAMPLES SECONDS [NETWORK...]"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(784, 512), nn.Linear(512, 10)

    def forward(self, x):
        return self.b(F.relu(self.a(x)))


class Lenet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5)
        self.a, self.b = nn.Linear(800, 500), nn.Linear(500, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        return self.b(F.relu(self.a(x.flatten(1))))


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.n1 = nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.c2, self.c3 = nn.Conv2d(32, 64, 3, padding=1), nn.Conv2d(64, 64, 3, stride=2, padding=1)
        self.a, self.b = nn.Linear(1024, 128), nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(self.n1(torch.tanh(self.c1(x))), 3, 2, padding=1)
        x = F.avg_pool2d(F.relu(self.c2(x)), 2)
        x = F.relu(self.c3(x))
        return self.b(F.gelu(self.a(x.flatten(1))))


class Block(nn.Module):
    def __init__(self, channels, maps, stride):
        super().__init__()
        self.c1, self.n1 = nn.Conv2d(channels, maps, 3, stride, 1, bias=False), nn.BatchNorm2d(maps)
        self.c2, self.n2 = nn.Conv2d(maps, maps, 3, 1, 1, bias=False), nn.BatchNorm2d(maps)
        self.shortcut = nn.Identity()
        if stride > 1:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, maps, 1, stride, bias=False), nn.BatchNorm2d(maps))

    def forward(self, x):
        return F.relu(self.n2(self.c2(F.relu(self.n1(self.c1(x))))) + self.shortcut(x))


class Resnet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c, self.n = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        blocks, channels = [], 16
        for stage in range(3):
            for block in range(3):
                blocks.append(Block(channels, 16 << stage, 2 if stage and not block else 1))
                channels = 16 << stage
        self.blocks, self.b = nn.Sequential(*blocks), nn.Linear(64, 10)

    def forward(self, x):
        x = self.blocks(F.relu(self.n(self.c(x))))
        return self.b(F.avg_pool2d(x, 8).flatten(1))


class Attending(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.n1, self.packed, self.mixed = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.n2, self.wide, self.narrow = nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, w = x.shape
        q, k, v = (a.view(n, t, self.heads, -1).transpose(1, 2) for a in self.packed(self.n1(x)).split(w, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.mixed(y.transpose(1, 2).reshape(n, t, w))
        return x + self.narrow(F.gelu(self.wide(self.n2(x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(65, 128), nn.Parameter(torch.zeros(128, 128))
        self.blocks = nn.Sequential(*(Attending(128, 4) for _ in range(4)))
        self.n, self.b = nn.LayerNorm(128), nn.Linear(128, 65)

    def forward(self, x):
        return self.b(self.n(self.blocks(self.tokens(x) + self.places))).flatten(0, 1)


NETWORKS = {
    "mlp": (Mlp, (784,)),
    "lenet": (Lenet, (1, 28, 28)),
    "cnn": (Cnn, (3, 32, 32)),
    "resnet": (Resnet, (3, 32, 32)),
    "transformer": (Transformer, (128,)),
}


def median(step, seconds):
    for _ in range(20):
        step()
    torch.cuda.synchronize()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        step()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e3


def measure(name, examples, seconds, tf32, tuned, amp=False):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = tuned
    make, shape = NETWORKS[name]
    net = make().cuda()
    if name == "transformer":
        x, y = torch.randint(65, (examples, *shape)).pin_memory(), torch.randint(65, (examples * shape[0],)).pin_memory()
    else:
        x, y = torch.rand(examples, *shape).pin_memory(), torch.randint(10, (examples,)).pin_memory()
    dx, dy = x.cuda(), y.cuda()
    host = [torch.empty_like(p, device="cpu").pin_memory() for p in net.parameters()]

    def gradient(a, b):
        net.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.bfloat16, enabled=amp):
            loss = F.cross_entropy(net(a), b, reduction="sum")
        loss.backward()
        return loss

    def whole():
        loss = gradient(x.cuda(non_blocking=True), y.cuda(non_blocking=True))
        for h, p in zip(host, net.parameters()):
            h.copy_(p.grad, non_blocking=True)
        return loss.item()

    # one line a network: on the card only; with minibatch to the card and gradient back
    return median(lambda: gradient(dx, dy), seconds), median(whole, seconds)


def main():
    examples, seconds = int(sys.argv[1]), float(sys.argv[2])
    print(f"torch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}, {torch.cuda.get_device_name(0)}")
    for name in sys.argv[3:] or NETWORKS:
        batch = max(1, examples // 4) if name == "transformer" else examples
        parts = []
        for label, tf32, tuned, amp in (
            ("fp32", False, False, False),
            ("fp32 tuned", False, True, False),
            ("tf32 tuned", True, True, False),
            ("bf16 tuned", True, True, True),
        ):
            card, whole = measure(name, batch, seconds, tf32, tuned, amp)
            parts.append(f"{label} {card:.3f} ms ({whole:.3f} with copies)")
        print(f"{name:7} batch {batch}: " + "; ".join(parts), flush=True)


main()
