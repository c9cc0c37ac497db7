"""The 36 districts: 25 names are published, 11 are not; voters where published, else balanced."""

from __future__ import annotations

from typing import NamedTuple

from rehearsal.synthesis.rounding import split


class DistrictPlan(NamedTuple):
    """A district: number, region, names of the district (not of its commission) and whether the name is made up."""

    no: int
    region: str
    ky: str
    ru: str
    en: str
    synthetic: bool = False


def _unnamed(no: int, region: str) -> DistrictPlan:
    return DistrictPlan(no, region, "(аты шарттуу)", "(название условное)", "(name synthetic)", synthetic=True)


PLANS: tuple[DistrictPlan, ...] = (
    DistrictPlan(1, "batken", "Лейлек", "Лейлекский", "Leylek"),
    DistrictPlan(2, "batken", "Баткен", "Баткенский", "Batken"),
    DistrictPlan(3, "batken", "Кадамжай", "Кадамжайский", "Kadamjay"),
    DistrictPlan(4, "osh-oblast", "Көк-Жар", "Кок-Жарский", "Kok-Jar"),
    DistrictPlan(5, "osh-oblast", "Араван", "Араванский", "Aravan"),
    DistrictPlan(6, "osh-oblast", "Кара-Суу", "Кара-Суйский", "Kara-Suu"),
    DistrictPlan(7, "osh-city", "Ош", "Ошский", "Osh"),
    DistrictPlan(8, "osh-oblast", "Алай", "Алайский", "Alay"),
    _unnamed(9, "osh-oblast"),
    _unnamed(10, "osh-oblast"),
    _unnamed(11, "osh-oblast"),
    _unnamed(12, "jalal-abad"),
    _unnamed(13, "jalal-abad"),
    _unnamed(14, "jalal-abad"),
    DistrictPlan(15, "jalal-abad", "Базар-Коргон", "Базар-Коргонский", "Bazar-Korgon"),
    DistrictPlan(16, "jalal-abad", "Ноокен", "Ноокенский", "Nooken"),
    _unnamed(17, "jalal-abad"),
    _unnamed(18, "jalal-abad"),
    _unnamed(19, "talas"),
    DistrictPlan(20, "talas", "Манас", "Манасский", "Manas"),
    _unnamed(21, "chuy"),
    DistrictPlan(22, "chuy", "Жайыл", "Жайыльский", "Jayyl"),
    DistrictPlan(23, "chuy", "Москва", "Московский", "Moskva"),
    DistrictPlan(24, "chuy", "Сокулук", "Сокулукский", "Sokuluk"),
    DistrictPlan(25, "chuy", "Аламүдүн", "Аламединский", "Alamudun"),
    DistrictPlan(26, "bishkek", "Ленин", "Ленинский", "Lenin"),
    DistrictPlan(27, "bishkek", "Биринчи Май", "Первомайский", "Pervomay"),
    DistrictPlan(28, "bishkek", "Октябрь", "Октябрьский", "Oktyabr"),
    DistrictPlan(29, "bishkek", "Свердлов", "Свердловский", "Sverdlov"),
    _unnamed(30, "issyk-kul"),
    DistrictPlan(31, "chuy", "Чүй-Кемин", "Чуй-Кеминский", "Chuy-Kemin"),
    DistrictPlan(32, "osh-oblast", "Төлөйкөн", "Толойконский", "Toloykon"),
    DistrictPlan(33, "naryn", "Нарын", "Нарынский", "Naryn"),
    DistrictPlan(34, "naryn", "Кочкор", "Кочкорский", "Kochkor"),
    DistrictPlan(35, "issyk-kul", "Ак-Суу", "Ак-Суйский", "Ak-Suu"),
    DistrictPlan(36, "issyk-kul", "Ысык-Көл", "Иссык-Кульский", "Issyk-Kul"),
)
PUBLISHED_VOTERS = {1: 90_075, 2: 102_592, 3: 113_000, 20: 82_672, 26: 110_719, 27: 109_181, 28: 104_995, 29: 103_113}
"""Sources: sources/smd_2021.csv; district 3 is published as "about 113 thousand"."""
FAILED = (27, 29)
"""Where "against all" had most votes: repeated on 27.02.2022."""
SHARED = 32
"""The one district that lies in two regions."""
ORDER = {
    "bishkek": (26, 27, 28, 29),
    "osh-city": (7, SHARED),
    "jalal-abad": (12, 13, 14, 15, 16, 17, 18),
    "issyk-kul": (36, 35, 30),
    "naryn": (34, 33),
    "osh-oblast": (4, 5, 6, SHARED, 9, 10, 11, 8),
    "talas": (19, 20),
    "chuy": (21, 22, 23, 24, 25, 31),
    "batken": (1, 2, 3),
}
"""Districts of a region in the order in which its commissions are walked, so that names and places agree roughly."""


def voters_by_cell(regions: dict[str, int]) -> dict[tuple[str, int], int]:
    """Return voters by region and district: published ones exactly, the rest of each region balanced.

    The sums of Batken's three districts and of Bishkek's four are their region's voters.
    """
    cells: dict[tuple[str, int], int] = {}
    osh = regions["osh-city"] + regions["osh-oblast"]
    each = split(osh, [1.0] * (len(ORDER["osh-oblast"]) + 1))
    cells["osh-city", 7] = each[0]
    cells["osh-city", SHARED] = regions["osh-city"] - each[0]
    for no, voters in zip(ORDER["osh-oblast"], each[1:], strict=True):
        cells["osh-oblast", no] = voters - (cells["osh-city", SHARED] if no == SHARED else 0)
    for region, order in ORDER.items():
        if region.startswith("osh-"):
            continue
        known = {no: PUBLISHED_VOTERS[no] for no in order if no in PUBLISHED_VOTERS}
        free = [no for no in order if no not in known]
        shares = split(regions[region] - sum(known.values()), [1.0] * len(free)) if free else []
        cells |= {(region, no): voters for no, voters in (known | dict(zip(free, shares, strict=True))).items()}
    return cells
