"""The notation of a Parquet footer (Thrift's compact protocol), taken apart no deeper than asked.

A struct is its fields by number, each with its kind and the bytes it was written in: what nobody asks about stays the
bytes it was, also what later versions of Parquet add. Broken bytes raise ValueError, IndexError or KeyError. Pure.
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Sequence

type Fields = dict[int, tuple[int, bytes]]

I64, LIST = 6, 9
_TRUE, _FALSE, _I8, _I16, _I32, _DOUBLE, _BINARY, _SET, _MAP, _STRUCT = 1, 2, 3, 4, 5, 7, 8, 10, 11, 12
_LONG_LIST = 15


def fields(data: bytes, at: int = 0) -> Fields:
    """The fields of the struct that begins at `at`."""
    found: Fields = {}
    number = 0
    while head := data[at]:
        number, at = (number + (head >> 4), at + 1) if head >> 4 else _signed(data, at + 1)
        end = _after(data, at, head & 15)
        found[number] = head & 15, data[at:end]
        at = end
    return found


def struct(content: Fields) -> bytes:
    """The bytes of a struct."""
    out = bytearray()
    before = 0
    for number in sorted(content):
        kind, value = content[number]
        step = number - before
        out += bytes([step << 4 | kind]) if 0 < step < 16 else bytes([kind]) + signed(number)
        out += value
        before = number
    return bytes(out + b"\0")


def items(data: bytes) -> list[bytes]:
    """The elements of a list, each in its bytes."""
    kind, count, at = _list_head(data, 0)
    found: list[bytes] = []
    for _ in range(count):
        end = _after(data, at, kind, listed=True)
        found.append(data[at:end])
        at = end
    return found


def structs(elements: Sequence[bytes]) -> bytes:
    """The bytes of a list of structs."""
    count = len(elements)
    head = bytes([count << 4 | _STRUCT]) if count < _LONG_LIST else bytes([_LONG_LIST << 4 | _STRUCT]) + _varint(count)
    return head + b"".join(elements)


def number(value: tuple[int, bytes]) -> int:
    """A whole number of 16, 32 or 64 bits."""
    kind, data = value
    if kind not in (_I16, _I32, I64):
        raise ValueError(f"a number has another kind: {kind}")
    return _signed(data, 0)[0]


def signed(value: int) -> bytes:
    """The bytes of a whole number of at most 64 bits."""
    return _varint(value << 1 if value >= 0 else ~(value << 1))


def _after(data: bytes, at: int, kind: int, *, listed: bool = False) -> int:
    """Where the value that begins at `at` has ended; a truth value stands in the head of its field, not in a list."""
    if kind in (_I16, _I32, I64):
        end = _unsigned(data, at)[1]
    elif kind == _BINARY:
        length, at = _unsigned(data, at)
        end = at + length
    elif kind == _STRUCT:
        while head := data[at]:
            at = at + 1 if head >> 4 else _unsigned(data, at + 1)[1]
            at = _after(data, at, head & 15)
        end = at + 1
    elif kind in (LIST, _SET):
        element, count, end = _list_head(data, at)
        for _ in range(count):
            end = _after(data, end, element, listed=True)
    elif kind == _MAP:
        end = _after_map(data, at)
    else:
        end = at + {_TRUE: int(listed), _FALSE: int(listed), _I8: 1, _DOUBLE: 8}[kind]
    if end > len(data):
        raise ValueError("a value goes on beyond its end")
    return end


def _after_map(data: bytes, at: int) -> int:
    count, at = _unsigned(data, at)
    if not count:
        return at
    kinds, at = data[at], at + 1
    for _ in range(count):
        at = _after(data, at, kinds >> 4, listed=True)
        at = _after(data, at, kinds & 15, listed=True)
    return at


def _list_head(data: bytes, at: int) -> tuple[int, int, int]:
    """The kind of the elements, how many there are, and where the first begins."""
    count, kind = data[at] >> 4, data[at] & 15
    if count < _LONG_LIST:
        return kind, count, at + 1
    count, at = _unsigned(data, at + 1)
    return kind, count, at


def _signed(data: bytes, at: int) -> tuple[int, int]:
    value, at = _unsigned(data, at)
    return value >> 1 ^ -(value & 1), at


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
