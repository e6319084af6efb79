"""The picture of a process: any BPMN 2.0 file with a diagram as SVG, and the same steps as an ordered list.

Pure: bytes of a file and where its steps stand in, text out. Nothing inline that a strict content security policy
blocks; colours come from the theme, through the classes that `frontend/src/css/50-process.css` gives a look.
"""

from sluis.process.drawing.picture import Picture as Picture
from sluis.process.drawing.picture import read as read
from sluis.process.drawing.steps import OrderedStep as OrderedStep
from sluis.process.drawing.steps import ordered as ordered
from sluis.process.drawing.svg import Look as Look
from sluis.process.drawing.svg import draw as draw
