"""argdraw from Python: a pipeline as text, rows of logits, tokens. The same tokens as from C++.

    pick = argdraw.Pipeline("top_k(40) | temperature(0.8) | categorical")
    text = pick.start(seed=42, prompt=prompt)
    token = text.draw(logits)
    text.accept(token.id)

A row is anything of one dimension with the buffer protocol (numpy, array.array, memoryview) or a tensor of torch's on the CPU: float, double or half, and bfloat16
where it is torch's, or 16-bit integers and format="bfloat16". It is read where it lies; nothing is copied unless its logits are no neighbours.

What fails raises Error with the status, a text that is none ParseError with the column. A pipeline may be used in any thread; calls on one sequence wait for each
other. The library is that of ARGDRAW_LIBRARY, one beside this file, or the one that is installed: libargdraw_c.
"""

import ctypes
import ctypes.util
import os
import pathlib
import sys
import threading
from array import array
from collections import namedtuple
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int32, c_size_t, c_uint32, c_uint64, c_void_p


_TYPES = {"p": c_void_p, "i": c_int32, "u": c_uint32, "U": c_uint64, "n": c_size_t, "d": c_double, "f": c_float, "s": c_char_p}
_TYPES |= {"I": POINTER(c_int32), "N": POINTER(c_size_t)}


def _struct(fields):
    return type("Struct", (ctypes.Structure,), {"_fields_": [(name, _TYPES[kind]) for name, kind in (each.split(":") for each in fields.split())]})


_Row = _struct("size:n logits:p format:i width:n stride:n")
_StartOptions = _struct("size:n seed:U sequence:U position:u vocabulary:n prompt:I prompt_count:n output:I output_count:n")
_Drawn = _struct("id:i logprob:f why:i")
_Request = _struct("size:n chosen:i order:i ids:I ids_count:n top:n")
_TokenLogprobs = _struct("id:i raw:d scaled:d processed:d rank:n rank_with_ties:n")
_Result = _struct("size:n count:n log_kept:d raw_entropy:d final_entropy:d kept:n")
_Buffer = _struct("buf:p obj:p len:n itemsize:n readonly:i ndim:i format:s shape:N strides:N suboffsets:p internal:p")  # Py_buffer


def _sized(kind, *values):
    return kind(ctypes.sizeof(kind), *values)


def _find():
    name = {"win32": "argdraw_c.dll", "darwin": "libargdraw_c.dylib"}.get(sys.platform, "libargdraw_c.so")
    beside = pathlib.Path(__file__).with_name(name)
    return os.environ.get("ARGDRAW_LIBRARY") or (str(beside) if beside.exists() else ctypes.util.find_library("argdraw_c")) or name


_c = ctypes.CDLL(_find())
_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes = [ctypes.py_object, POINTER(_Buffer), ctypes.c_int]
_release_buffer = ctypes.pythonapi.PyBuffer_Release
_release_buffer.argtypes = [POINTER(_Buffer)]
_STRIDES_AND_FORMAT = 0x1C

_FORMATS = {b"f": 0, b"d": 1, b"e": 2}
_TORCH_FORMATS = {"torch.float32": 0, "torch.float64": 1, "torch.float16": 2, "torch.bfloat16": 3}
_ORDERS = {"raw": 0, "scaled": 1, "processed": 2}
_c.argdraw_message.restype = c_char_p


class Error(Exception):
    def __init__(self, status, sentence=None):
        super().__init__(sentence or _c.argdraw_message(c_int32(status)).decode())
        self.status = status


class ParseError(Error, ValueError):
    """`column` counts bytes, from 1."""

    def __init__(self, status, column, sentence):
        super().__init__(status, f"column {column}: {sentence}")
        self.column, self.sentence = column, sentence


def _must(status):
    if status != 0:
        raise Error(status)


def _ids(ids):
    """int32s and how many; out of range: OverflowError."""
    kept = array("i", ids)
    return (c_int32 * max(len(kept), 1)).from_buffer(kept if kept else array("i", [0])), len(kept)


Drawn = namedtuple("Drawn", "id logprob")
Logprobs = namedtuple("Logprobs", "id raw scaled processed rank rank_with_ties")


class Pipeline:
    def __init__(self, text):
        self._handle = c_void_p()
        source, column, sentence = text.encode(), c_size_t(), ctypes.create_string_buffer(1024)
        status = _c.argdraw_parse(source, c_size_t(len(source)), byref(self._handle), byref(column), sentence, c_size_t(len(sentence)))
        if status != 0:
            raise ParseError(status, column.value, sentence.value.decode(errors="replace")) if column.value else Error(status)

    def __del__(self):
        if getattr(self, "_handle", None):
            _c.argdraw_free_pipeline(self._handle)

    def __str__(self):
        length = c_size_t()
        _must(_c.argdraw_to_text(self._handle, None, c_size_t(0), byref(length)))
        out = ctypes.create_string_buffer(length.value + 1)
        _must(_c.argdraw_to_text(self._handle, out, c_size_t(len(out)), byref(length)))
        return out.value.decode()

    def check(self, width):
        """Raises Error with the sentence of the stage that does not find its tokens in rows of this width."""
        stage, sentence = c_int32(), ctypes.create_string_buffer(1024)
        if (status := _c.argdraw_check(self._handle, c_size_t(width), byref(stage), sentence, c_size_t(len(sentence)))) != 0:
            raise Error(status, f"stage {stage.value}: {sentence.value.decode()}")

    def start(self, seed=0, sequence=0, position=0, vocabulary=0, prompt=(), output=()):
        options, handle = _sized(_StartOptions, seed, sequence, position, vocabulary, *_ids(prompt), *_ids(output)), c_void_p()
        _must(_c.argdraw_start(self._handle, byref(options), byref(handle)))
        return Sequence(handle)

    def resume(self, data):
        handle = c_void_p()
        _must(_c.argdraw_resume(self._handle, bytes(data), c_size_t(len(data)), byref(handle)))
        return Sequence(handle)


class Sequence:
    """Of Pipeline.start() and resume(); copy.copy() makes another that goes on alike."""

    def __init__(self, handle):
        self._handle, self._lock, self._row, self._buffer, self._drawn = handle, threading.Lock(), _sized(_Row), _Buffer(), _Drawn()

    def __del__(self):
        if getattr(self, "_handle", None):
            _c.argdraw_free_sequence(self._handle)

    def __copy__(self):
        handle = c_void_p()
        with self._lock:
            _must(_c.argdraw_clone(self._handle, byref(handle)))
        return Sequence(handle)

    def _on(self, row, format, call):
        """call() while self._row is the row. Needs the lock."""
        if hasattr(row, "data_ptr"):
            if row.dim() != 1 or row.device.type != "cpu" or str(row.dtype) not in _TORCH_FORMATS:
                raise TypeError("a row is of one dimension, on the CPU, and float32, float64, float16 or bfloat16")
            return self._at(call, row.data_ptr(), _TORCH_FORMATS[str(row.dtype)], row.shape[0], row.stride(0) * row.element_size())
        held = self._buffer
        _get_buffer(row, held, _STRIDES_AND_FORMAT)
        try:
            kind = (held.format or b"B").lstrip(b"@=<" if sys.byteorder == "little" else b"@=>")
            number = (3 if format == "bfloat16" and kind in (b"H", b"h") else None) if format else _FORMATS.get(kind)
            if held.ndim != 1 or number is None:
                raise TypeError(f"a row is of one dimension and of floats, doubles or halves; this has {held.ndim} and format {kind.decode()!r}")
            return self._at(call, held.buf, number, held.shape[0], held.strides[0])
        finally:
            _release_buffer(held)

    def _at(self, call, logits, format, width, stride):
        if stride == 0 and width > 1:
            raise TypeError("every logit of this row is the same memory")
        at = self._row
        at.logits, at.format, at.width, at.stride = logits, format, width, stride if width > 1 else 0
        return call()

    def draw(self, row, format=None):
        """A token; accepts nothing."""
        with self._lock:
            _must(self._on(row, format, lambda: _c.argdraw_draw(self._handle, byref(self._row), byref(self._drawn))))
            return Drawn(self._drawn.id, self._drawn.logprob)

    def accept(self, id):
        with self._lock:
            _must(_c.argdraw_accept(self._handle, c_int32(array("i", [id])[0])))

    def rollback(self, accepts):
        with self._lock:
            _must(_c.argdraw_rollback(self._handle, c_size_t(accepts)))

    def _all(self, call, item):
        """What a call writes: asked for the number, then with room for it."""
        with self._lock:
            count = c_size_t()
            _must(call(self._handle, None, c_size_t(0), byref(count)))
            out = (item * count.value)()
            _must(call(self._handle, out, count, byref(count)))
        return out

    @property
    def output(self):
        return list(self._all(_c.argdraw_output, c_int32))

    def bytes(self):
        return bytes(self._all(_c.argdraw_bytes, ctypes.c_ubyte))

    def distribution(self, row, format=None):
        """The ids of the final set and their probabilities, as buffers."""

        def call():
            call.found = (c_int32 * self._row.width)(), (c_double * self._row.width)()
            return _c.argdraw_distribution(self._handle, byref(self._row), *call.found, c_size_t(self._row.width), byref(count))

        count = c_size_t()
        with self._lock:
            _must(self._on(row, format, call))
        return tuple(memoryview(each).cast("B").cast(kind)[: count.value] for each, kind in zip(call.found, "id"))

    def log_probabilities(self, row, chosen=-1, ids=(), top=0, order="raw", format=None):
        """Those of the chosen token, of ids and of the first `top` in an order (raw, scaled, processed), and (log_kept, raw_entropy, final_entropy, kept)."""
        request, result = _sized(_Request, chosen, _ORDERS[order], *_ids(ids), top), _sized(_Result)
        found = (_TokenLogprobs * (1 + len(ids) + top))()
        call = _c.argdraw_log_probabilities
        with self._lock:
            _must(self._on(row, format, lambda: call(self._handle, byref(self._row), byref(request), found, c_size_t(len(found)), byref(result))))
        tokens = [Logprobs(*(getattr(each, name) for name in Logprobs._fields)) for each in found[: result.count]]
        return tokens, (result.log_kept, result.raw_entropy, result.final_entropy, result.kept)


class LogitsProcessor:
    """For transformers' generate(..., do_sample=False, logits_processor=[it]): leaves of each row the token that was drawn, 0 among -inf, which greedy takes.

    Text i of a batch is sequence number `sequence` + i under the seed. What stands in input_ids at its first call is the prompt; a call with other texts than
    those that went on from there begins anew. One processor is for one generate() at a time."""

    def __init__(self, pipeline, seed=0, sequence=0, vocabulary=0):
        self._pipeline, self._options, self._first, self._texts = pipeline, dict(seed=seed, vocabulary=vocabulary), sequence, []

    def __call__(self, input_ids, scores):
        now = input_ids.tolist()
        if len(now) != len(self._texts) or any(ids[:-1] != seen for ids, (seen, _) in zip(now, self._texts)):
            self._texts = [(ids, self._pipeline.start(**self._options, sequence=self._first + i, prompt=ids)) for i, ids in enumerate(now)]
        else:
            for ids, (_, text) in zip(now, self._texts):
                text.accept(ids[-1])
            self._texts = [(ids, text) for ids, (_, text) in zip(now, self._texts)]
        drawn = [text.draw(row) for row, (_, text) in zip(scores, self._texts)]
        out = scores.clone() if hasattr(scores, "clone") else scores.copy()
        out[:] = float("-inf")
        for i, token in enumerate(drawn):
            out[i, token.id] = 0
        return out
