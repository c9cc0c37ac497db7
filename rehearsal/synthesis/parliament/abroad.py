"""59 stations abroad: real cities with their own zones and places; which station has how many voters is made up."""

from __future__ import annotations

from typing import NamedTuple


class City(NamedTuple):
    """A city with stations: names, zone, place in degrees times 100,000, a weight for voters, number of stations.

    Weight 0 marks a station so small that its votes are sealed.
    """

    ky: str
    ru: str
    en: str
    zone: str
    latitude_e5: int
    longitude_e5: int
    weight: int
    stations: int = 1


CITIES: tuple[City, ...] = (
    City("Москва", "Москва", "Moscow", "Europe/Moscow", 5575600, 3761700, 90, 5),
    City("Санкт-Петербург", "Санкт-Петербург", "Saint Petersburg", "Europe/Moscow", 5993900, 3031600, 50, 2),
    City("Екатеринбург", "Екатеринбург", "Yekaterinburg", "Asia/Yekaterinburg", 5683800, 6060500, 45, 2),
    City("Новосибирск", "Новосибирск", "Novosibirsk", "Asia/Novosibirsk", 5503000, 8292000, 40, 2),
    City("Казань", "Казань", "Kazan", "Europe/Moscow", 5579600, 4910600, 25),
    City("Самара", "Самара", "Samara", "Europe/Samara", 5319500, 5010000, 25),
    City("Челябинск", "Челябинск", "Chelyabinsk", "Asia/Yekaterinburg", 5516000, 6140200, 15),
    City("Омск", "Омск", "Omsk", "Asia/Omsk", 5498900, 7336800, 15),
    City("Тюмень", "Тюмень", "Tyumen", "Asia/Yekaterinburg", 5715300, 6553400, 15),
    City("Сургут", "Сургут", "Surgut", "Asia/Yekaterinburg", 6125000, 7339600, 20),
    City("Красноярск", "Красноярск", "Krasnoyarsk", "Asia/Krasnoyarsk", 5601500, 9289300, 30),
    City("Иркутск", "Иркутск", "Irkutsk", "Asia/Irkutsk", 5228700, 10430500, 20),
    City("Якутск", "Якутск", "Yakutsk", "Asia/Yakutsk", 6202700, 12973200, 15),
    City("Владивосток", "Владивосток", "Vladivostok", "Asia/Vladivostok", 4311500, 13188500, 15),
    City("Нижний Новгород", "Нижний Новгород", "Nizhny Novgorod", "Europe/Moscow", 5632700, 4400600, 12),
    City("Воронеж", "Воронеж", "Voronezh", "Europe/Moscow", 5166100, 3920000, 12),
    City("Ростов-на-Дону", "Ростов-на-Дону", "Rostov-on-Don", "Europe/Moscow", 4723600, 3971300, 10),
    City("Краснодар", "Краснодар", "Krasnodar", "Europe/Moscow", 4503500, 3897500, 12),
    City("Оренбург", "Оренбург", "Orenburg", "Asia/Yekaterinburg", 5176800, 5509700, 10),
    City("Нур-Султан", "Нур-Султан", "Nur-Sultan", "Asia/Almaty", 5116900, 7144900, 18),
    City("Алматы", "Алматы", "Almaty", "Asia/Almaty", 4323800, 7694600, 30),
    City("Ташкент", "Ташкент", "Tashkent", "Asia/Tashkent", 4129900, 6924000, 8),
    City("Душанбе", "Душанбе", "Dushanbe", "Asia/Dushanbe", 3855900, 6878700, 4),
    City("Ашхабад", "Ашхабад", "Ashgabat", "Asia/Ashgabat", 3796000, 5832600, 0),
    City("Стамбул", "Стамбул", "Istanbul", "Europe/Istanbul", 4100800, 2897800, 45, 2),
    City("Анкара", "Анкара", "Ankara", "Europe/Istanbul", 3993300, 3285900, 15),
    City("Анталья", "Анталья", "Antalya", "Europe/Istanbul", 3689700, 3071300, 12),
    City("Пекин", "Пекин", "Beijing", "Asia/Shanghai", 3990400, 11640700, 6),
    City("Гуанчжоу", "Гуанчжоу", "Guangzhou", "Asia/Shanghai", 2312900, 11326400, 6),
    City("Үрүмчү", "Урумчи", "Urumqi", "Asia/Shanghai", 4382500, 8761700, 3),
    City("Сеул", "Сеул", "Seoul", "Asia/Seoul", 3756600, 12697800, 25),
    City("Токио", "Токио", "Tokyo", "Asia/Tokyo", 3568900, 13969200, 8),
    City("Куала-Лумпур", "Куала-Лумпур", "Kuala Lumpur", "Asia/Kuala_Lumpur", 313900, 10168700, 4),
    City("Нью-Дели", "Нью-Дели", "New Delhi", "Asia/Kolkata", 2861400, 7720900, 4),
    City("Исламабад", "Исламабад", "Islamabad", "Asia/Karachi", 3368400, 7304800, 3),
    City("Тегеран", "Тегеран", "Tehran", "Asia/Tehran", 3568900, 5138900, 2),
    City("Абу-Даби", "Абу-Даби", "Abu Dhabi", "Asia/Dubai", 2445400, 5437700, 8),
    City("Дубай", "Дубай", "Dubai", "Asia/Dubai", 2520500, 5527100, 18),
    City("Эр-Рияд", "Эр-Рияд", "Riyadh", "Asia/Riyadh", 2471400, 4667500, 4),
    City("Эль-Кувейт", "Эль-Кувейт", "Kuwait City", "Asia/Kuwait", 2937600, 4797700, 4),
    City("Киев", "Киев", "Kyiv", "Europe/Kiev", 5045000, 3052300, 5),
    City("Минск", "Минск", "Minsk", "Europe/Minsk", 5390000, 2755900, 5),
    City("Баку", "Баку", "Baku", "Asia/Baku", 4040900, 4986700, 3),
    City("Берлин", "Берлин", "Berlin", "Europe/Berlin", 5252000, 1340500, 14),
    City("Франкфурт-Майн", "Франкфурт-на-Майне", "Frankfurt am Main", "Europe/Berlin", 5011100, 868200, 14),
    City("Вена", "Вена", "Vienna", "Europe/Vienna", 4820800, 1637200, 0),
    City("Женева", "Женева", "Geneva", "Europe/Zurich", 4620400, 614300, 0),
    City("Брюссель", "Брюссель", "Brussels", "Europe/Brussels", 5085000, 435200, 4),
    City("Лондон", "Лондон", "London", "Europe/London", 5150700, -12800, 9),
    City("Вашингтон", "Вашингтон", "Washington", "America/New_York", 3890700, -7703700, 10),
    City("Нью-Йорк", "Нью-Йорк", "New York", "America/New_York", 4071300, -7400600, 14),
)
