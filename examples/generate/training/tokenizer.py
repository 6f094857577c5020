"""A small byte-pair tokenizer in the layout that llama2.c made public.

The file is an int32 with the longest piece's length, then for every id a float32 score, an int32 length and
the bytes. Ids 0, 1 and 2 are `<unk>`, `\\n<s>\\n` (beginning) and `\\n</s>\\n` (end), 3..258 the bytes `<0x00>` ..
`<0xFF>`, and the rest pieces: merges first, best score first, then single characters. As in sentencepiece, a
text is read with one space put before it, and the adjacent pair whose piece scores best is merged first.
"""

import collections
import re
import struct

BOS, EOS, FIRST_PIECE = 1, 2, 259

# No piece reaches over a word's edge, so a text can be encoded chunk by chunk.
CHUNK = re.compile(r" ?[A-Za-z]+| ?[^A-Za-z ]| ")


def train(texts, vocabulary_size):
    """[(piece, score), ...] for every id."""
    counts = collections.Counter(chunk for text in texts for chunk in CHUNK.findall(" " + text))
    letters = collections.Counter()
    for chunk, n in counts.items():
        for letter in chunk:
            letters[letter] += n
    single = [letter for letter, _ in letters.most_common()]
    splits = {chunk: list(chunk) for chunk in counts}
    merges = []
    while FIRST_PIECE + len(merges) + len(single) < vocabulary_size:
        pairs = collections.Counter()
        for chunk, parts in splits.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += counts[chunk]
        (left, right), _ = min(pairs.items(), key=lambda item: (-item[1], item[0]))
        merges.append(left + right)
        for chunk, parts in splits.items():
            splits[chunk] = joined(parts, left, right)
    pieces = [("<unk>", 0.0), ("\n<s>\n", 0.0), ("\n</s>\n", 0.0)]
    pieces += [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
    pieces += [(piece, -float(rank)) for rank, piece in enumerate(merges + single)]
    return pieces


def joined(parts, left, right):
    out = []
    for part in parts:
        if out and out[-1] == left and part == right:
            out[-1] += part
        else:
            out.append(part)
    return out


def save(pieces, path):
    encoded = [(piece.encode(), score) for piece, score in pieces]
    with open(path, "wb") as file:
        file.write(struct.pack("<i", max(len(piece) for piece, _ in encoded)))
        for piece, score in encoded:
            file.write(struct.pack("<fi", score, len(piece)) + piece)


class Encoder:
    def __init__(self, pieces):
        self.ids = {piece: i for i, (piece, _) in enumerate(pieces) if i >= FIRST_PIECE}
        self.scores = [score for _, score in pieces]
        self.chunks = {}

    def __call__(self, text):
        out = []
        for chunk in CHUNK.findall(" " + text):
            if chunk not in self.chunks:
                self.chunks[chunk] = self.encode_chunk(chunk)
            out += self.chunks[chunk]
        return out

    def encode_chunk(self, chunk):
        parts = list(chunk)
        while True:
            candidates = [(self.scores[self.ids[a + b]], -i) for i, (a, b) in enumerate(zip(parts, parts[1:]))
                          if a + b in self.ids]
            if not candidates:
                return [i for part in parts for i in self.fallback(part)]
            i = -max(candidates)[1]
            parts[i:i + 2] = [parts[i] + parts[i + 1]]

    def fallback(self, part):
        return [self.ids[part]] if part in self.ids else [byte + 3 for byte in part.encode()]
