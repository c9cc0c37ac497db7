"""The page that one trustee takes home: 33 words, what they belong to, and what to do with them in three languages.

Plain text of 76 columns, so that a machine without a network needs nothing but a printer. It is read in all three
languages at once and by people who have no account here; so it stands here whole, and not in a catalogue.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shailoo.adapters.trustees import TrusteeShare
    from shailoo.model.sharing import Sharing

_WIDTH = 76
_COLUMNS = 3
_NUMBERED = re.compile(r"(?<![0-9])([0-9]{2})\. ([a-z]+)")
_BEGIN = "---- words "
_KY = """
Бул барактагы сөздөр — шайлоо комиссиясынын мөөр ачуучу ачкычынын камдык көчүрмөсүнүн бир бөлүгү. {shares} ишенимдүү
адамдын {needed} адамы чогулганда гана ачкыч калыбына келет; азыраагы эч нерсе ачпайт. Баракты эч кимге көрсөтпөңүз,
сүрөткө тартпаңыз, компьютерге же телефонго жазбаңыз. Мөөрлөнгөн конвертте сактаңыз. Жоголсо же башка бирөө көрсө,
комиссияга ошол замат билдириңиз. Комиссия чакырганда гана, күбөлөрдүн катышуусунда, сөздөрдү өзүңүз териңиз.
"""  # native check
_RU = """
Слова на этом листе — одна часть резервной копии ключа, которым избирательная комиссия вскрывает печати. Ключ
восстанавливается, только если соберутся доверенные лица, {needed} из {shares}; меньшее число не откроет ничего. Никому
не показывайте лист, не фотографируйте его, не вводите слова в компьютер или телефон. Храните в опечатанном конверте.
Если лист утерян или его кто-то видел, немедленно сообщите комиссии. Вводите слова сами, только по вызову комиссии и
при свидетелях.
"""
_EN = """
The words on this page are one part of the backup of the key with which the election commission opens seals. The key
comes back only when {needed} of {shares} trustees come together; fewer open nothing. Show the page to nobody, take no
picture of it, type the words into no computer or telephone. Keep it in a sealed envelope. If it is lost or somebody
saw it, tell the commission at once. Type the words yourself, only when the commission calls you, and before witnesses.
"""
_INSTRUCTIONS = (("KY", _KY), ("RU", _RU), ("EN", _EN))


def page(sharing: Sharing, share: TrusteeShare) -> str:
    """The page of one trustee."""
    return "\n".join(_lines(sharing, share)) + "\n"


def _lines(sharing: Sharing, share: TrusteeShare) -> Iterator[str]:
    yield "SHAILOO - ИШЕНИМДҮҮ АДАМДЫН БАРАГЫ / ЛИСТ ДОВЕРЕННОГО ЛИЦА / TRUSTEE'S PAGE"
    yield "=" * _WIDTH
    yield f"trustee    {share.number} of {sharing.shares}, {sharing.needed} needed"
    yield f"key        {sharing.key}"
    yield f"election   {', '.join(sharing.elections) or '-'}"
    yield f"set        {sharing.set}"
    yield f"checksum   {share.checksum}"
    yield f"made       {sharing.made:%Y-%m-%d %H:%M} UTC"
    yield ""
    yield _BEGIN + "-" * (_WIDTH - len(_BEGIN))
    yield ""
    rows = -(-len(share.words) // _COLUMNS)
    for row in range(rows):
        cells = [f"{at + 1:02}. {share.words[at]:<18}" for at in range(row, len(share.words), rows)]
        yield "   ".join(cells).rstrip()
        yield ""
    yield "-" * _WIDTH
    for language, text in _INSTRUCTIONS:
        yield ""
        filled = " ".join(text.format(needed=sharing.needed, shares=sharing.shares).split())
        yield from textwrap.wrap(f"{language}  {filled}", _WIDTH, subsequent_indent="    ", break_on_hyphens=False)


def words_of(text: str) -> str:
    """The words in a page that `page` wrote, in their order; a text without numbered words is words alone."""
    if _BEGIN not in text:
        return text
    numbered = {int(number): word for number, word in _NUMBERED.findall(text.split(_BEGIN, 1)[1])}
    return " ".join(numbered[number] for number in sorted(numbered))
