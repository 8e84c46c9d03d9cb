"""PyTorch's old weight files, read without PyTorch and without trust: a pickle may build tensors and nothing else.

Format: https://github.com/pytorch/pytorch/blob/v2.0.0/torch/serialization.py (``_legacy_save``): a magic number, a version,
a description of the machine, the pickled tree, the list of storages, then for each storage its length and its numbers.
"""

import io
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

Tensors = dict[str, NDArray[Any]]


class BadWeights(ValueError):
    """Bytes that are no weight file, or one that asks for more than tensors."""


def read_weights(data: bytes) -> Tensors:
    """Give the tensors of a state dictionary by their names.

    Raises:
        BadWeights: another format, damaged, or a pickle that names anything but tensors.
    """
    try:
        return _read(io.BytesIO(data))
    # What a damaged pickle raises depends on where it is damaged.
    except (
        pickle.UnpicklingError,
        EOFError,
        ArithmeticError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        struct.error,
    ) as error:
        raise BadWeights(f"not a weight file that can be read here ({error})") from error


class _Tensor:
    """A view into a storage whose numbers come later in the file."""

    __slots__ = ("dtype", "offset", "shape", "storage", "strides")

    def __init__(self, storage: tuple[str, str], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> None:
        kind, self.storage = storage
        self.dtype = _DTYPES[kind]
        self.offset, self.shape, self.strides = offset, shape, strides

    def view(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """Give the tensor; the one place where a file's word could reach beyond the numbers read."""
        last = self.offset + sum((size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True))
        if self.offset < 0 or min((*self.shape, *self.strides), default=1) < 1 or last >= len(numbers):
            raise ValueError("a tensor reaches beyond its storage")
        strides = [stride * numbers.itemsize for stride in self.strides]
        return np.lib.stride_tricks.as_strided(numbers[self.offset :], self.shape, strides, writeable=False)


class _Unpickler(pickle.Unpickler):
    _GLOBALS: Mapping[tuple[str, str], Callable[..., Any] | str] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
        ("torch", "FloatStorage"): "FloatStorage",
        ("torch", "LongStorage"): "LongStorage",
    }

    def find_class(self, module: str, name: str, /) -> Any:
        try:
            return self._GLOBALS[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}") from None

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        word, kind, key, _device, _length, _view = pid
        if word != "storage" or kind not in _DTYPES:
            raise pickle.UnpicklingError("an unknown kind of storage")
        return kind, key


def _read(file: io.BytesIO) -> Tensors:
    def load() -> Any:
        return _Unpickler(file).load()

    if load() != _MAGIC or load() != _VERSION or load().get("little_endian") is not True:
        raise ValueError("another format")
    tree, keys = load(), load()
    if not isinstance(tree, dict) or not all(isinstance(tensor, _Tensor) for tensor in tree.values()):
        raise ValueError("not a dictionary of tensors")
    dtypes = {tensor.storage: tensor.dtype for tensor in tree.values()}
    storages = {key: _storage(file, dtypes[key]) for key in keys}
    return {str(name): tensor.view(storages[tensor.storage]) for name, tensor in tree.items()}


def _storage(file: io.BytesIO, dtype: np.dtype[Any]) -> NDArray[Any]:
    (count,) = struct.unpack("<q", file.read(8))
    data = file.read(max(count, 0) * dtype.itemsize)
    return np.frombuffer(data, dtype, count=count)
