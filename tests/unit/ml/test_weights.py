"""Weight files: tensors come out, and nothing else ever runs."""

import pickle
import struct

import numpy as np
import pytest

from desktop.ml.weights import BadWeights, read_weights

NUMBERS = np.arange(6, dtype="<f4")


def tensor(
    *, offset: int = 0, shape: tuple[int, ...] = (2, 3), strides: tuple[int, ...] = (3, 1), kind: str = "FloatStorage"
) -> bytes:
    """Give the pickle of a tensor, in opcodes: PyTorch is not here to write it."""
    storage = b"(Vstorage\nctorch\n%s\nV0\nVcpu\nI6\nNtQ" % kind.encode()
    return b"ctorch._utils\n_rebuild_tensor_v2\n(%sI%d\n%s%sI00\nNtR" % (storage, offset, _tuple(shape), _tuple(strides))


def weight_file(value: bytes, *, magic: int = 0x1950A86A20F9469CFC6C, count: int = 6) -> bytes:
    """Give a weight file whose tree maps ``layer`` to a pickled value."""
    head = b"".join(pickle.dumps(one, 2) for one in (magic, 1001, {"little_endian": True}))
    return head + b"}Vlayer\n" + value + b"s." + pickle.dumps(["0"], 2) + struct.pack("<q", count) + NUMBERS.tobytes()


def _tuple(values: tuple[int, ...]) -> bytes:
    return b"(%st" % b"".join(b"I%d\n" % value for value in values)


def test_a_tensor_comes_out_as_it_went_in():
    assert np.array_equal(read_weights(weight_file(tensor()))["layer"], NUMBERS.reshape(2, 3))


def test_a_tensor_may_be_a_turned_view_of_its_storage():
    found = read_weights(weight_file(tensor(shape=(3, 2), strides=(1, 3))))["layer"]
    assert np.array_equal(found, NUMBERS.reshape(2, 3).T)


@pytest.mark.parametrize(
    "call",
    [
        b"cos\nsystem\n(Vtouch {mark}\ntR",
        b"cbuiltins\neval\n(Vopen('{mark}', 'w')\ntR",
        b"c__builtin__\nexec\n(Vopen('{mark}', 'w')\ntR",
        b"csubprocess\nPopen\n((Vtouch\nV{mark}\nltR",
        b"ctorch.hub\nload\n(V{mark}\ntR",
        b"ccollections\nnamedtuple\n(Vx\nVy\ntR",
        b"ccollections\nOrderedDict.__init__.__globals__\n.",
    ],
)
def test_a_pickle_that_names_anything_but_tensors_is_refused_before_it_does_anything(call, tmp_path):
    mark = tmp_path / "mark"
    with pytest.raises(BadWeights, match="it asks for"):
        read_weights(weight_file(call.replace(b"{mark}", str(mark).encode())))
    assert not mark.exists()


@pytest.mark.parametrize(
    "reaching",
    [
        tensor(offset=1),
        tensor(offset=-1),
        tensor(shape=(3, 3)),
        tensor(shape=(2, 4)),
        tensor(strides=(-3, 1)),
        tensor(strides=(3, 0)),
        tensor(shape=(2**62, 2), strides=(4, 1)),
        tensor(strides=(3,)),
    ],
)
def test_a_tensor_that_reaches_beyond_its_numbers_is_refused(reaching):
    with pytest.raises(BadWeights):
        read_weights(weight_file(reaching))


@pytest.mark.parametrize("count", [-1, 5, 7, 2**62, 2**63 - 1])
def test_a_storage_of_another_length_is_refused(count):
    with pytest.raises(BadWeights):
        read_weights(weight_file(tensor(), count=count))


def test_a_file_cut_off_anywhere_is_refused():
    whole = weight_file(tensor())
    for length in range(len(whole)):
        with pytest.raises(BadWeights):
            read_weights(whole[:length])


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", weight_file(tensor(), magic=1), weight_file(b"I1\n"), weight_file(tensor(kind="HalfStorage"))]
)
def test_other_files_are_refused(data):
    with pytest.raises(BadWeights):
        read_weights(data)
