"""The built-in functions of FEEL (DMN 1.5, 10.3.4), by subject."""

from sluis.process.feel.functions import contexts, lists, moments, numbers, ranges, texts
from sluis.process.feel.functions.declaring import FUNCTIONS

__all__ = ["FUNCTIONS"]
_SUBJECTS = (contexts, lists, moments, numbers, ranges, texts)
