#!/usr/bin/env python3
"""Trains the small llama-style model that `generate` runs, and writes stories.bin and tokenizer.bin.

    train.py --out ..

The architecture is llama's: RMSNorm, rotary positions on interleaved pairs, grouped-query attention, SwiGLU, tied
embeddings, no biases. The checkpoint layout is version 0 of the one llama2.c made public.
"""

import argparse
import math
import pathlib
import random
import struct
import time

import torch
from torch import nn
from torch.nn import functional as F

import stories
import tokenizer

DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT = 96, 288, 4, 6, 3, 512, 192
HEAD = DIM // HEADS


class RMSNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(DIM))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


def rotation_table():
    frequency = 10000.0 ** (-torch.arange(0, HEAD, 2).float() / HEAD)
    angle = torch.outer(torch.arange(CONTEXT).float(), frequency)
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.rms_att, self.rms_ffn = RMSNorm(), RMSNorm()
        self.wq = nn.Linear(DIM, HEADS * HEAD, bias=False)
        self.wk = nn.Linear(DIM, KV_HEADS * HEAD, bias=False)
        self.wv = nn.Linear(DIM, KV_HEADS * HEAD, bias=False)
        self.wo = nn.Linear(DIM, DIM, bias=False)
        self.w1 = nn.Linear(DIM, HIDDEN, bias=False)
        self.w2 = nn.Linear(HIDDEN, DIM, bias=False)
        self.w3 = nn.Linear(DIM, HIDDEN, bias=False)

    def forward(self, x, cos, sin, mask):
        batch, time_steps, _ = x.shape
        y = self.rms_att(x)
        q = rotate(self.wq(y).view(batch, time_steps, HEADS, HEAD).transpose(1, 2), cos, sin)
        k = rotate(self.wk(y).view(batch, time_steps, KV_HEADS, HEAD).transpose(1, 2), cos, sin)
        v = self.wv(y).view(batch, time_steps, KV_HEADS, HEAD).transpose(1, 2)
        k, v = (t.repeat_interleave(HEADS // KV_HEADS, dim=1) for t in (k, v))
        weights = (q @ k.transpose(-1, -2) / math.sqrt(HEAD) + mask).softmax(-1)
        x = x + self.wo((weights @ v).transpose(1, 2).reshape(batch, time_steps, DIM))
        y = self.rms_ffn(x)
        return x + self.w2(F.silu(self.w1(y)) * self.w3(y))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, DIM)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.rms_final = RMSNorm()
        for name, p in self.named_parameters():
            if p.dim() > 1:
                scale = 0.02 if name.startswith("embedding") else p.shape[1] ** -0.5
                if name.endswith(("wo.weight", "w2.weight")):
                    scale /= math.sqrt(2 * LAYERS)
                nn.init.normal_(p, 0.0, scale)
        cos, sin = rotation_table()
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)
        self.register_buffer("mask", torch.full((CONTEXT, CONTEXT), -math.inf).triu(1))

    def forward(self, ids):
        n = ids.shape[1]
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, self.cos[:n], self.sin[:n], self.mask[:n, :n])
        return self.rms_final(x) @ self.embedding.weight.T


def export(model, path):
    layers = model.layers
    tensors = [model.embedding.weight]
    tensors += [layer.rms_att.weight for layer in layers]
    for name in ("wq", "wk", "wv", "wo"):
        tensors += [getattr(layer, name).weight for layer in layers]
    tensors += [layer.rms_ffn.weight for layer in layers]
    for name in ("w1", "w2", "w3"):
        tensors += [getattr(layer, name).weight for layer in layers]
    tensors += [model.rms_final.weight, model.cos, model.sin]
    with open(path, "wb") as file:
        file.write(struct.pack("<7i", DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT))
        for tensor in tensors:
            file.write(tensor.detach().contiguous().float().numpy().tobytes())


def rows(encode, seed, length):
    """Endless rows of `length` ids. Each begins with a story, and every story begins with BOS, so the model
    learns both to open a story at position 0 and to close one with BOS."""
    rng = random.Random(seed)
    while True:
        row = []
        while len(row) < length:
            row += [tokenizer.BOS] + encode(stories.story(rng))
        yield row[:length]


def loss_of(model, ids):
    logits = model(ids[:, :-1])
    return F.cross_entropy(logits.reshape(-1, VOCABULARY), ids[:, 1:].reshape(-1))


def held_out_loss(model, encode, options, batches=16):
    source = rows(encode, options.held_out_seed, CONTEXT + 1)
    with torch.no_grad():
        losses = [loss_of(model, torch.tensor([next(source) for _ in range(32)])).item() for _ in range(batches)]
    return sum(losses) / len(losses)


def learning_rate(step, options):
    if step < options.warmup:
        return options.rate * (step + 1) / options.warmup
    done = (step - options.warmup) / max(1, options.steps - options.warmup)
    return options.rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out-seed", type=int, default=1_000_003)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)

    rng = random.Random(options.seed)
    pieces = tokenizer.train([stories.story(rng) for _ in range(5000)], VOCABULARY)
    tokenizer.save(pieces, options.out / "tokenizer.bin")
    encode = tokenizer.Encoder(pieces)

    model = Transformer()
    print(sum(p.numel() for p in model.parameters()), "parameters")
    decay = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}],
                                  lr=options.rate, betas=(0.9, 0.98))
    source = rows(encode, options.seed, CONTEXT + 1)
    began, recent = time.time(), 0.0
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, options)
        loss = loss_of(model, torch.tensor([next(source) for _ in range(options.batch)]))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent += loss.item()
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}  loss {recent / 100:.4f}  {time.time() - began:.0f} s", flush=True)
            recent = 0.0
        if (step + 1) % 1000 == 0 or step + 1 == options.steps:
            export(model, options.out / "stories.bin")
    print(f"held-out loss {held_out_loss(model, encode, options):.4f} nats per token")


if __name__ == "__main__":
    main()
