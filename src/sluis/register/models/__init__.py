"""Tables of the register."""

from sluis.register.models.contact import Contact
from sluis.register.models.dataset import DataService, Dataset, Distribution
from sluis.register.models.vocabulary import Concept, Vocabulary

__all__ = ["Concept", "Contact", "DataService", "Dataset", "Distribution", "Vocabulary"]
