"""A short own list of common first names and surnames, to tell a column with people from one with something else.

Names that are also a Dutch place, month or everyday word are left out: a missed name costs a little, a false alarm
on every list of municipalities costs trust.
"""

import re

_FIRST_TEXT = """
aaron adam ahmed aisha albert alex alexander ali alice amber amin amina amy andre andrea andreas angela anita
anja anke anna anna-maria anne annelies annemarie annemiek annette annie anouk antoinette anton antonia arend
arie arjan arjen arnold arthur astrid barbara bart bas bastiaan beatrix bella ben berend bernard bert bianca
bob boris bram brenda brian britt camiel carel carin carla carlo carolien caroline casper catharina cees
chantal charlotte chris christa christiaan christine cindy claudia cora corine cornelia cornelis corrie daan
daniel daniela danny dave david debbie denise dennis diana dick diederik dieuwke dirk dirkje dolf dominique
dorien douwe edith edwin eefje eelco elisabeth elise ellen els elsbeth emiel emily emma emre erica erik erwin
esmee esther eva evelien evert fabian fatima fatma feline femke fenna ferdinand ferry finn fleur floor floris
frank frans fred frederik frits froukje gerard gerben gerda gerrit gert gijs gijsbert gina greetje guido guus
hanna hannah hanneke hannie hans harm harrie harry hasan hassan heidi hein helena helga hendrik hendrika henk
henny henri henriette herman hessel hilde hugo ibrahim ida ilse ineke inge ingrid irene irma isa isabel
isabella ivo jaap jack jacob jacoba jacqueline jaimy jan jane janine janneke jannes jantje jasmijn jasper
jayden jean jeanette jeanne jeannette jelle jennifer jenny jeroen jerry jesse jessica jet jim jip joan joanna
job jochem johan johanna johannes john jolanda jonas jonathan joop joost joran jordy joris jos joseph
josephine joyce judith jules julia julian juliette jurgen jurre jurriaan karel karen karim karin karlijn
katharina katja kees kelly kevin khalid kim klaas koen koos kris kristel lana lars laura laurens lea leendert
lena leo leon leonie lex lia lianne lieke lies liesbeth lieve linda lisa lisanne lisette lodewijk loes lotte
louis louise luca lucas lucia luuk lydia maaike maarten marcel marco margaretha margriet maria marian marianne
marie marieke marije marijke marijn marina marjan marjolein marjon mark marleen marloes martijn martin martine
mathijs mats matthijs maud maurice maurits max megan mehmet meike melanie melissa melle menno merel michael
michel michelle michiel mieke mila milan milou mirjam mohamed mohammad mohammed mustafa nadia naomi natalie
natasja nathalie nick nicolaas nicole niek niels nienke nina noah noor nora olaf olga olivia omar oscar otto
patricia patrick paul paula pauline peggy peter petra philip pien pieter pim pleun quinten rachel ralf ralph
ramon raymond rebecca remco renate rene renske rianne richard rick rik rina rob robbert robert robin roderick
roel roeland roelof rolf romy ronald roos rosa rosalie ruben rudolf ruth ruud said samantha samir samuel
sander sandra sanne sara sarah saskia sebastiaan selma sem senna sharon siem sien sietse sigrid silvia simon
simone sjaak sjoerd sofie sonja sophia sophie stan stef stefan stephan steven stijn sumaya susan suzanne sven
sybren sylvia tamara tanja ted tessa thea theo theodorus thijs thomas tim timo tineke tjeerd tobias tom toon
trudy truus ursula valentijn vera veronique victor victoria vincent wendy werner wessel wiebe wietske
wilhelmina wilhelmus willem willemijn wilma wim wouter xander yara yasmin yasmina youssef yusuf yvette yvonne
zoe zoey
"""

_SURNAMES_TEXT = """
aalbers akkerman baker bakker beekman blom boer boersma bos bosch bouwman brouwer bruijn dekker dijkstra doorn
driessen evers gerritsen groot haan hendriks hermans heuvel hoekstra hofman huisman huizinga jacobs jansen
janssen jong jonker kaya klein kok koning koster kramer kuijpers kuiper leeuwen linden maas martens meer
meijer meyer molenaar mulder nguyen peeters peters postma prins ruiter sanders scholten schouten simons smeets
smit smits stam timmerman timmermans veen veenstra velde verbeek verhoeven vermeer vermeulen visser vliet vos
vries vroom wal willems willemsen wit wouters yildiz yilmaz zanten zijlstra
"""

FIRST = frozenset(_FIRST_TEXT.split())
SURNAMES = frozenset(_SURNAMES_TEXT.split())

_INITIALS = re.compile(r"(?:[A-Z]\.\s?){1,5}(?:(?:van|de|den|der|ter|ten|in|'t|het)\s)*[A-Z][\w'-]+(?:\s[\w'-]+)?")
_PREFIXED = re.compile(r"(?:van|de|den|der|ter|ten|'t)(?:\s(?:de|den|der|het|'t))?\s(?P<name>[A-Z][\w-]+)")
_WORD = re.compile(r"[\w-]+")
MOST_WORDS = 6


def looks_like_name(text: str) -> bool:
    """A first name, an initialled name, or a common surname with or without its prefix; no sentences."""
    text = text.strip()
    words = _WORD.findall(text.lower())
    if not words or len(words) > MOST_WORDS:
        return False
    if any(sign.isdigit() or sign == "@" for sign in text):
        return False
    if _INITIALS.fullmatch(text) or words[0] in FIRST:
        return True
    if "," in text and (words[0] in SURNAMES or words[-1] in FIRST):
        return True
    prefixed = _PREFIXED.fullmatch(text)
    return (prefixed["name"].lower() if prefixed else text.lower()) in SURNAMES
