"""Rows of numpy and torch, read where they lie, and the processor for transformers' interface: arrays.py LIBRARY."""

import os
import sys
import threading
from array import array

os.environ["ARGDRAW_LIBRARY"] = sys.argv[1]
import argdraw  # noqa: E402

try:
    import numpy as np
except ImportError:
    print("skipped, not found: numpy, so that its rows and the processor are not looked at")
    sys.exit()
try:
    import torch
except ImportError:
    torch = None
    print("without torch: its tensors are not looked at")

WIDTH = 1000
pick = argdraw.Pipeline("top_k(40) | temperature(0.8) | categorical")


def raises(kind, call):
    try:
        call()
    except kind as error:
        assert str(error)
        return str(error)
    raise AssertionError(f"no {kind.__name__}")


def logits(seed, shape=WIDTH):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def drawn(row, seed=3, **how):
    return pick.start(seed=seed).draw(row, **how)


def read_at(row):
    """The address that a draw read."""
    text = pick.start(seed=3)
    text.draw(row)
    return text._row.logits


def test_numpy():
    plain = logits(1)
    expected = drawn(array("f", plain))
    assert drawn(plain) == expected
    # In place: the address is its own, and what is written there later is seen.
    assert read_at(plain) == plain.ctypes.data
    text, changed = pick.start(seed=3), plain.copy()
    text.draw(changed)
    changed[17] = 100
    assert text.draw(changed).id == 17
    # Of any format; each is the row of floats or doubles of its values.
    assert drawn(plain.astype(np.float64)).id == expected.id and read_at(wide := plain.astype(np.float64)) == wide.ctypes.data
    half = plain.astype(np.float16)
    assert drawn(half) == drawn(half.astype(np.float32)) and read_at(half) == half.ctypes.data
    upper = (plain.view(np.uint32) >> 16).astype(np.uint16)
    assert drawn(upper, format="bfloat16") == drawn((upper.astype(np.uint32) << 16).view(np.float32))
    # Read-only, records, slices, rows and columns of batches, addresses that fit no float.
    plain.flags.writeable = False
    assert drawn(plain) == expected
    records = np.zeros(WIDTH, dtype=[("id", np.int32), ("logit", np.float32), ("p", np.float32)])
    records["logit"] = plain
    assert drawn(records["logit"]) == expected and read_at(records["logit"]) == records.ctypes.data + 4
    batch = logits(2, (8, WIDTH))
    for i in range(8):
        alone = drawn(array("f", batch[i]))
        assert drawn(batch[i]) == alone and read_at(batch[i]) == batch.ctypes.data + 4 * i * WIDTH
        assert drawn(np.asfortranarray(batch)[i]) == drawn(batch.T.copy()[:, i]) == alone
        assert drawn(batch.astype(np.float16)[i]) == drawn(batch[i].astype(np.float16))
    assert drawn(batch[3, ::3]) == drawn(batch[3, ::3].copy())
    shifted = np.frombuffer(b"\0" + plain.tobytes(), np.uint8)[1:].view(np.float32)
    assert shifted.ctypes.data % 4 and drawn(shifted) == expected
    assert drawn(np.ma.masked_array(plain)) == expected
    # By DLPack, from whoever has no buffer.
    class Tensor:
        def __init__(self, row):
            self.dtype, self.__dlpack__ = row.dtype, row.__dlpack__

    changed.flags.writeable = True
    for row in (changed, changed[::3], changed.astype(np.float64), half, half[5::2]):
        assert drawn(Tensor(row)) == drawn(row.copy())
    assert read_at(Tensor(changed)) == changed.ctypes.data
    assert "this has 2" in raises(TypeError, lambda: drawn(Tensor(batch)))
    assert "int32" in raises(TypeError, lambda: drawn(Tensor(np.arange(9, dtype=np.int32))))

    # Whoever makes a row may use the sequence that it is for.
    class Busy(Tensor):
        def __init__(self, row, text):
            self.dtype, self.row, self.text = row.dtype, row, text

        def __dlpack__(self):
            self.text.accept(self.text.draw(self.row).id)
            return self.row.__dlpack__()

    text = pick.start(seed=3)
    ended = threading.Thread(target=lambda: text.draw(Busy(changed, text)), daemon=True)
    ended.start()
    ended.join(60)
    assert not ended.is_alive() and text.output == [drawn(changed).id]
    # What is none says what it is.
    assert "int64 on cpu" in raises(TypeError, lambda: drawn(np.arange(5)))
    assert "has 2" in raises(TypeError, lambda: drawn(batch))
    assert "has 0" in raises(TypeError, lambda: drawn(np.float32(1)))
    raises(TypeError, lambda: drawn(plain.astype(">f4")))
    raises(TypeError, lambda: drawn(plain.astype(np.longdouble)))
    raises(TypeError, lambda: drawn(plain.astype(complex)))
    raises(TypeError, lambda: drawn(records))
    raises(TypeError, lambda: drawn(np.array([None])))
    raises(TypeError, lambda: drawn(upper))
    raises(TypeError, lambda: drawn(half, format="bfloat16"))
    assert "format is 'half'" in raises(TypeError, lambda: drawn(half, format="half"))
    assert "by 0;" in raises(TypeError, lambda: drawn(np.broadcast_to(np.float32(1), 8)))
    for back in (plain[::-1], memoryview(plain)[::-1], Tensor(changed[::-1])):
        assert "by -4;" in raises(TypeError, lambda: drawn(back))
    assert drawn(plain[::-1].copy()) == drawn(array("f", plain[::-1])) and drawn(plain[5:4:-1]).id == 0
    raises(argdraw.Error, lambda: drawn(plain[:0]))


def test_torch():
    plain = torch.from_numpy(logits(1))
    expected = drawn(array("f", plain))
    assert drawn(plain) == expected and read_at(plain) == plain.data_ptr()
    text, changed = pick.start(seed=3), plain.clone()
    text.draw(changed)
    changed[17] = 100
    assert text.draw(changed).id == 17
    assert drawn(plain.double()).id == expected.id and read_at(wide := plain.double()) == wide.data_ptr()
    for kind in (torch.bfloat16, torch.float16):
        row = plain.to(kind)
        assert drawn(row) == drawn(row.float()) and read_at(row) == row.data_ptr()
        assert drawn(row[100:]) == drawn(row[100:].float()) and read_at(row[100:]) == row.data_ptr() + 200
        assert drawn(row[::3]) == drawn(row[::3].float())
    row = plain.bfloat16()
    for bits in (row, row.view(torch.int16), row.view(torch.uint16)) if hasattr(torch, "uint16") else (row, row.view(torch.int16)):
        assert drawn(bits, format="bfloat16") == drawn(row.float()) and drawn(bits[::3], format="bfloat16") == drawn(row[::3].float())
    assert "int16" in raises(TypeError, lambda: drawn(row.view(torch.int16)))
    assert "float16" in raises(TypeError, lambda: drawn(plain.half(), format="bfloat16"))
    assert "float32" in raises(TypeError, lambda: drawn(plain, format="bfloat16"))
    for nonsense in ("nonsense", "", "half", 0, b"bfloat16"):
        assert f"format is {nonsense!r}" in raises(TypeError, lambda: drawn(plain, format=nonsense))
    batch = torch.from_numpy(logits(2, (4, 3, WIDTH)))
    assert drawn(batch[2, -1]) == drawn(batch[2, -1].clone()) and read_at(batch[2, -1]) == batch[2, -1].data_ptr()
    assert drawn(batch[:, 1, :].t()[:, 2]) == drawn(batch[2, 1])
    assert drawn(plain.clone().requires_grad_()) == drawn(torch.nn.Parameter(plain)) == expected
    ids, probabilities = pick.start().distribution(plain)
    assert len(ids) == 40 and set(ids) == set(plain.topk(40).indices.tolist())
    assert abs(np.array(probabilities) - torch.softmax(plain[list(ids)].double() / 0.8, 0).numpy()).max() < 1e-7
    assert "int64" in raises(TypeError, lambda: drawn(torch.arange(4)))
    assert "this has 3" in raises(TypeError, lambda: drawn(batch))
    raises(TypeError, lambda: drawn(torch.tensor(1.0)))
    raises(TypeError, lambda: drawn(plain.to(torch.complex64)))
    for elsewhere in (torch.empty(5, device="meta"), plain.to_sparse()):  # torch refuses these by itself
        raises((ValueError, RuntimeError), lambda: drawn(elsewhere))
    raises(TypeError, lambda: drawn(torch.tensor(1.0).expand(8)))


def generate(process, prompts, scores_at, steps, concatenate):
    """As transformers' greedy generate() calls processors: texts and scores in, scores out, the greatest is next."""
    texts = prompts
    for step in range(steps):
        chosen = process(texts, scores_at(step)).argmax(-1)
        texts = concatenate([texts, chosen[:, None]], -1)
    return [text[len(prompt) :] for text, prompt in zip(texts.tolist(), prompts.tolist())]


def test_processor(kinds):
    pipeline = argdraw.Pipeline("penalties(1.3, window=64) | min_p(0.02) | categorical")
    steps, prompts = 30, np.array([[1, 2, 3], [1, 2, 3], [5, 5, 5]])
    scores = [logits(100 + step, (3, WIDTH)) for step in range(steps)]
    for name, texts, scores_at, concatenate in kinds(prompts, scores):
        expected = []
        for i, prompt in enumerate(prompts.tolist()):
            text = pipeline.start(seed=5, sequence=7 + i, prompt=prompt)
            for step in range(steps):
                text.accept(text.draw(scores_at(step)[i]).id)
            expected.append(text.output)
        process = argdraw.LogitsProcessor(pipeline, seed=5, sequence=7)
        for _ in range(2):  # another generate() begins anew
            assert generate(process, texts, scores_at, steps, concatenate) == expected, name
        assert expected[0] != expected[1]
        before = scores_at(0)
        out = process(texts, before)
        assert (before == scores_at(0)).all() and out.shape == before.shape and out.dtype == before.dtype
        assert ((out == 0).sum(-1) == 1).all() and (out.max(-1).values if hasattr(out, "data_ptr") else out.max(-1)).max() == 0


def test_processor_begins_anew():
    """Texts that have not gone on from those of the call before, in a buffer that the caller writes over or fewer of them; and a row that failed."""
    pipeline, scores = argdraw.Pipeline("penalties(1.3) | categorical"), logits(5, (2, WIDTH))
    first = lambda texts: [pipeline.start(seed=1, sequence=i, prompt=text).draw(scores[i]).id for i, text in enumerate(texts.tolist())]
    process = argdraw.LogitsProcessor(pipeline, seed=1)
    buffer = np.zeros((2, 9), np.int64)
    process(buffer[:, :3], scores)
    buffer[:, 1] = 4
    for texts in (buffer[:, :4], buffer[:1, :5], np.array([[7, 7]])):
        assert process(texts, scores[: len(texts)]).argmax(-1).tolist() == first(texts)
    for steps in range(3):  # of no text at all
        assert process(buffer[:0, :steps], scores[:0]).shape == (0, WIDTH)
    process(buffer[:, :3], scores)
    raises(argdraw.Error, lambda: process(buffer[:, :4], scores * np.nan))
    assert process(buffer[:, :5], scores).argmax(-1).tolist() == first(buffer[:, :5])
    assert process(buffer[:, :5], scores).argmax(-1).tolist() == first(buffer[:, :5])


def test_processor_of_elsewhere():
    """Scores on another device, which are copied once and answered there."""

    class Elsewhere:
        def __init__(self, rows):
            self.rows, self.copies = rows, 0

        def clone(self):
            return Elsewhere(self.rows.copy())

        def cpu(self):
            self.copies += 1
            return self.rows

        def __setitem__(self, at, value):
            self.rows[at] = value

    scores, prompts = logits(6, (3, WIDTH)), np.array([[1, 2], [3, 4], [5, 6]])
    process = lambda scores: argdraw.LogitsProcessor(pick, seed=2)(prompts, scores)
    given = Elsewhere(scores)
    found = process(given)
    assert type(found) is Elsewhere and (found.rows == process(scores)).all() and (given.copies, found.copies) == (1, 0)
    if torch:

        class Tensor(torch.Tensor):
            def __dlpack__(self, **how):
                raise BufferError("on another device")

            def cpu(self):
                return self.as_subclass(torch.Tensor)

        given = torch.from_numpy(scores).as_subclass(Tensor)
        raises(BufferError, lambda: pick.start().draw(given[0]))
        found = process(given)
        assert type(found) is Tensor and (found.cpu().numpy() == process(scores)).all()


def of_numpy(prompts, scores):
    yield "float32", prompts, lambda step: scores[step], np.concatenate
    yield "float16", prompts, lambda step: scores[step].astype(np.float16), np.concatenate


def of_torch(prompts, scores):
    for kind in (torch.float32, torch.bfloat16, torch.float16):
        yield str(kind), torch.from_numpy(prompts), lambda step: torch.from_numpy(scores[step]).to(kind), torch.cat


test_numpy()
test_processor(of_numpy)
test_processor_begins_anew()
test_processor_of_elsewhere()
if torch:
    test_torch()
    test_processor(of_torch)
