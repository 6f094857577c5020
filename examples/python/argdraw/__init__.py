"""argdraw from Python: a pipeline as text, rows of logits, tokens. The same tokens as from C++.

    pick = argdraw.Pipeline("top_k(40) | temperature(0.8) | categorical")
    text = pick.start(seed=42, prompt=prompt)
    token = text.draw(logits)
    text.accept(token.id)

A row is anything of one dimension in the machine's memory with the buffer protocol (numpy, array.array, memoryview) or DLPack (torch, jax): float, double, half or
bfloat16, or 16-bit integers and format="bfloat16". It is read where it lies; nothing is copied unless its logits are no neighbours.
What fails raises Error with the status, a text that is none ParseError with the column. A pipeline may be used in any thread; calls on one sequence wait for each
other. The library is that of ARGDRAW_LIBRARY, one beside this file, or the one that is installed: libargdraw_c.
"""

import ctypes.util
import os
import sys
import threading
import weakref
from array import array
from collections import namedtuple
from ctypes import PYFUNCTYPE, POINTER, byref, c_char, c_char_p, c_double, c_float, c_int, c_int32, c_int64, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64
from ctypes import c_void_p, py_object, pythonapi

_TYPES = {"p": c_void_p, "i": c_int32, "u": c_uint32, "U": c_uint64, "n": c_size_t, "d": c_double, "f": c_float, "s": c_char_p}
_TYPES |= {"I": POINTER(c_int32), "N": POINTER(ctypes.c_ssize_t), "q": c_int64, "Q": POINTER(c_int64), "b": c_uint8, "h": c_uint16}


def _struct(fields):
    fields = [(name, _TYPES[kind]) for name, kind in (each.split(":") for each in fields.split())]
    member = lambda type, value: value if isinstance(value, ctypes.Array) else _integer(type, value).value
    sized = lambda kind, *values: kind(ctypes.sizeof(kind), *(member(type, value) for (_, type), value in zip(fields[1:], values)))
    return type("Struct", (ctypes.Structure,), {"_fields_": fields, "sized": classmethod(sized)})


def _integer(kind, value):
    """Of a type of C, which would take the lowest bits of any integer."""
    made = kind(value)
    if made.value != int(value):
        raise OverflowError(f"{value} does not fit in {8 * ctypes.sizeof(kind)} bits{' from 0 on' if kind(-1).value > 0 else ''}")
    return made


_Row = _struct("size:n logits:p format:i width:n stride:n")
_StartOptions = _struct("size:n seed:U sequence:U position:u vocabulary:n prompt:I prompt_count:n output:I output_count:n")
_Drawn = _struct("id:i logprob:f why:i")
_Request = _struct("size:n chosen:i order:i ids:I ids_count:n top:n")
_TokenLogprobs = _struct("id:i raw:d scaled:d processed:d rank:n rank_with_ties:n")
_Result = _struct("size:n count:n log_kept:d raw_entropy:d final_entropy:d kept:n")
_Buffer = _struct("buf:p obj:p len:n itemsize:n readonly:i ndim:i format:s shape:N strides:N suboffsets:p internal:p")  # Py_buffer
_Tensor = _struct("data:p device:i device_id:i ndim:i code:b bits:b lanes:h shape:Q strides:Q offset:U")  # DLTensor


class _Unloaded:
    """libargdraw_c before the first call, which loads it."""

    def __getattr__(self, call):
        global _c
        name = {"win32": "argdraw_c.dll", "darwin": "libargdraw_c.dylib"}.get(sys.platform, "libargdraw_c.so")
        beside = os.path.join(os.path.dirname(__file__), name)
        _c = ctypes.CDLL(os.environ.get("ARGDRAW_LIBRARY") or (beside if os.path.exists(beside) else ctypes.util.find_library("argdraw_c")) or name)
        _c.argdraw_message.restype = c_char_p
        return getattr(_c, call)


_c = _Unloaded()
_is_buffer = PYFUNCTYPE(c_int, py_object)(("PyObject_CheckBuffer", pythonapi))
_get_buffer = PYFUNCTYPE(c_int, py_object, POINTER(_Buffer), c_int)(("PyObject_GetBuffer", pythonapi))
_release_buffer = PYFUNCTYPE(None, POINTER(_Buffer))(("PyBuffer_Release", pythonapi))
_capsule_pointer = PYFUNCTYPE(POINTER(_Tensor), py_object, c_char_p)(("PyCapsule_GetPointer", pythonapi))
_FORMATS = {None: {b"f": 0, b"d": 1, b"e": 2, (2, 32): 0, (2, 64): 1, (2, 16): 2, (4, 16): 3}}  # by format=: of buffers, and code and bits of DLPack
_FORMATS["bfloat16"] = {b"h": 3, b"H": 3, (0, 16): 3, (1, 16): 3, (4, 16): 3}


class Error(Exception):
    def __init__(self, status, sentence=None):
        super().__init__(sentence or _c.argdraw_message(c_int32(status)).decode())
        self.status, self._given = status, (status, sentence)

    def __reduce__(self):
        return type(self), self._given, self.__dict__


class ParseError(Error, ValueError):
    def __init__(self, status, column, sentence):  # columns are bytes, from 1
        super().__init__(status, f"column {column}: {sentence}")
        self.column, self.sentence, self._given = column, sentence, (status, column, sentence)


def _must(status):
    if status != 0:
        raise Error(status)


def _all(call, handle, item):
    """What a call writes: asked for the number, then with room for it and for the zero behind a text."""
    count = c_size_t()
    _must(call(handle, None, c_size_t(0), byref(count)))
    out = (item * (count.value + 1))()
    _must(call(handle, out, c_size_t(len(out)), byref(count)))
    return out[: count.value]


def _ids(ids):
    kept = array("i", list(ids) if isinstance(ids, (bytes, bytearray)) else ids)  # of those array() would read the memory
    return (c_int32 * max(len(kept), 1)).from_buffer(kept if kept else array("i", [0])), len(kept)


Drawn = namedtuple("Drawn", "id logprob")
Logprobs = namedtuple("Logprobs", "id raw scaled processed rank rank_with_ties")


class Pipeline:
    def __init__(self, text):
        if not isinstance(text, str):
            raise TypeError(f"a pipeline is made of a str, which this {type(text).__name__} is not")
        self._handle = c_void_p()
        source, column, sentence = text.encode(), c_size_t(), ctypes.create_string_buffer(1024)
        status = _c.argdraw_parse(source, c_size_t(len(source)), byref(self._handle), byref(column), sentence, c_size_t(len(sentence)))
        if status != 0:
            raise ParseError(status, column.value, sentence.value.decode(errors="replace")) if column.value else Error(status)
        weakref.finalize(self, _c.argdraw_free_pipeline, self._handle).atexit = False

    def __reduce__(self):
        return Pipeline, (str(self),)

    def __str__(self):
        return _all(_c.argdraw_to_text, self._handle, c_char).decode()

    def check(self, width):
        """Raises Error with the sentence of the stage that does not find its tokens in rows of this width."""
        stage, sentence = c_int32(), ctypes.create_string_buffer(1024)
        if (status := _c.argdraw_check(self._handle, _integer(c_size_t, width), byref(stage), sentence, c_size_t(len(sentence)))) != 0:
            raise Error(status, f"stage {stage.value}: {sentence.value.decode()}")

    def start(self, seed=0, sequence=0, position=0, vocabulary=0, prompt=(), output=()):
        return Sequence(_c.argdraw_start, self._handle, byref(_StartOptions.sized(seed, sequence, position, vocabulary, *_ids(prompt), *_ids(output))))

    def resume(self, data):
        return Sequence(_c.argdraw_resume, self._handle, bytes(data), c_size_t(len(data)))


class Sequence:
    """Of Pipeline.start() and resume(); copy.copy() and copy.deepcopy() make another that draws the same, until reseed()."""

    def __init__(self, make, *given):
        self._handle, self._lock, self._row = c_void_p(), threading.Lock(), _Row.sized()
        _must(make(*given, byref(self._handle)))
        weakref.finalize(self, _c.argdraw_free_sequence, self._handle).atexit = False

    def __copy__(self):
        with self._lock:
            return Sequence(_c.argdraw_clone, self._handle)
    __deepcopy__ = lambda self, memo: self.__copy__()

    def __reduce__(self):
        raise TypeError("a sequence is not pickled, as it has no text of its pipeline: keep that and bytes(), for Pipeline.resume()")

    def _call(self, call, *rest):
        with self._lock:
            _must(call(self._handle, *rest))

    def _ask(self, call, row, format, *rest):
        """Takes the row and gives it back outside of the lock: an object's own code may do either, and may use this sequence."""
        held = _Buffer()
        if _is_buffer(row):
            _get_buffer(row, held, 0x1C)  # strides and format
            at, kind, logits, unit = held, (held.format or b"B").lstrip(b"@=<" if sys.byteorder == "little" else b"@=>"), held.buf, 1
        elif hasattr(row, "__dlpack__"):
            capsule = (row.detach() if getattr(row, "requires_grad", False) else row).__dlpack__()  # gives the memory back with itself
            at = _capsule_pointer(capsule, b"dltensor").contents
            kind = (at.code, at.bits) if at.lanes == 1 and at.device in (1, 3) else None
            logits, unit = (at.data or 0) + at.offset, at.bits // 8
        else:
            raise TypeError(f"a row is a buffer or a tensor of DLPack, which this {type(row).__name__} is not")
        try:
            number = _FORMATS.get(format, {}).get(kind)
            if at.ndim != 1 or number is None:
                what = f"this has {at.ndim} dimensions, is of {getattr(row, 'dtype', kind)} on {getattr(row, 'device', 'cpu')}, and format is {format!r}"
                raise TypeError(f"a row is one of floats, doubles, halves, bfloat16 or, by format='bfloat16', 16-bit integers, in the machine's memory; {what}")
            width, stride = at.shape[0], (at.strides[0] if at.strides else 1) * unit
            if width > 1 and stride <= 0:
                raise TypeError(f"the strides of a row are positive, and this one goes on by {stride}; a copy of it is yours to make")
            with self._lock:
                self._row.logits, self._row.format, self._row.width, self._row.stride = logits, number, width, stride if width > 1 else 0
                _must(call(self._handle, byref(self._row), *rest))
        finally:
            _release_buffer(held)

    def draw(self, row, format=None):
        """A token; accepts nothing."""
        drawn = _Drawn()
        self._ask(_c.argdraw_draw, row, format, byref(drawn))
        return Drawn(drawn.id, drawn.logprob)

    def accept(self, id):
        self._call(_c.argdraw_accept, _integer(c_int32, id))

    def rollback(self, accepts):
        self._call(_c.argdraw_rollback, _integer(c_size_t, accepts))

    def reseed(self, seed, sequence=0):
        """Goes on with other random words: for a copy that is not to draw what its original draws."""
        self._call(_c.argdraw_reseed, _integer(c_uint64, seed), _integer(c_uint64, sequence))

    @property
    def output(self):
        with self._lock:
            return _all(_c.argdraw_output, self._handle, c_int32)

    def bytes(self):
        with self._lock:
            return _all(_c.argdraw_bytes, self._handle, c_char)

    def distribution(self, row, format=None):
        """The ids of the final set and their probabilities, as buffers."""
        ids, probabilities, count = (c_int32 * len(row))(), (c_double * len(row))(), c_size_t()
        self._ask(_c.argdraw_distribution, row, format, ids, probabilities, c_size_t(len(row)), byref(count))
        return tuple(memoryview(each).cast("B").cast(kind)[: count.value] for each, kind in ((ids, "i"), (probabilities, "d")))

    def log_probabilities(self, row, chosen=-1, ids=(), top=0, order="raw", format=None):
        """Those of the chosen token, of ids and of the first `top` in an order (raw, scaled, processed), and (log_kept, raw_entropy, final_entropy, kept)."""
        request, result = _Request.sized(chosen, ["raw", "scaled", "processed"].index(order), *_ids(ids), top), _Result.sized()
        found = (_TokenLogprobs * (1 + request.ids_count + request.top))()
        self._ask(_c.argdraw_log_probabilities, row, format, byref(request), found, c_size_t(len(found)), byref(result))
        tokens = [Logprobs(*(getattr(each, name) for name in Logprobs._fields)) for each in found[: result.count]]
        return tokens, (result.log_kept, result.raw_entropy, result.final_entropy, result.kept)


class LogitsProcessor:
    """For transformers' generate(..., do_sample=False, logits_processor=[it]): leaves of each row the token that was drawn, 0 among -inf, which greedy takes.
    Text i of a batch is sequence number `sequence` + i under the seed. What stands in input_ids at its first call is the prompt; a call with other texts than
    those that went on from there begins anew. Scores of another device are copied, and their result is there. One processor is for one generate() at a time."""

    def __init__(self, pipeline, seed=0, sequence=0, vocabulary=0):
        self._pipeline, self._options, self._first, self._texts, self._seen = pipeline, dict(seed=seed, vocabulary=vocabulary), sequence, [], None

    def __call__(self, input_ids, scores):
        seen, self._seen = self._seen, None  # where something raises, the next call begins anew
        if seen is not None and input_ids.shape == (seen.shape[0], seen.shape[1] + 1) and (input_ids[:, :-1] == seen).all():
            for text, id in zip(self._texts, input_ids[:, -1].tolist()):
                text.accept(id)
        else:
            self._texts = [self._pipeline.start(**self._options, sequence=self._first + i, prompt=ids) for i, ids in enumerate(input_ids.tolist())]
        out = scores.clone() if hasattr(scores, "clone") else scores.copy()
        out[:] = float("-inf")
        rows = scores.cpu() if hasattr(scores, "cpu") else scores  # where they lie there, they stay
        for i, text in enumerate(self._texts):
            out[i, text.draw(rows[i]).id] = 0
        self._seen = input_ids + 0
        return out
