"""Labels that were read as Windows-1252 and are another encoding's."""

import pytest

from dashboard.ingest.guess_encoding import likelier_encoding


def misread(text, encoding):
    """What the bytes of a text are as Windows-1252, as Latin-1 where that has none."""
    bytes_ = text.encode(encoding)
    return "".join(
        bytes([b]).decode("latin-1" if b in b"\x81\x8d\x8f\x90\x9d" else "windows-1252") for b in bytes_
    )


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("cp932", ["地域", "値", "北海道", "沖縄", "東京", "大阪"]),
        ("cp932", ["クラス", "点数", "3年A組", "3年B組"]),
        ("euc_jp", ["テスト", "点数", "さくら小学校", "ひまわり小学校"]),
        ("gb18030", ["地区", "数值", "北京", "上海", "广州"]),
        ("big5", ["地區", "數值", "臺北", "高雄", "新竹"]),
        ("euc_kr", ["지역", "값", "서울", "부산", "대구"]),
        ("koi8_r", ["регион", "Север", "Юг", "Восток"]),
        ("cp1251", ["регион", "Север", "Юг", "Восток"]),
        ("cp1253", ["Αθήνα", "Πάτρα", "Θεσσαλονίκη"]),
        ("iso8859_2", ["Łódź", "Kraków", "Gdańsk"]),
        ("mac_roman", ["Größe", "Zürich", "Genève"]),
    ],
)
def test_an_encoding_is_known_by_its_letters(encoding, texts):
    found = likelier_encoding(["score", *(misread(text, encoding) for text in texts)])
    assert found is not None
    named, wrong, right = found
    assert named == encoding
    assert (right, wrong) in [(text, misread(text, encoding)) for text in texts]


def test_words_of_windows_1252_are_right():
    west = [
        "Größe",
        "Ärzte",
        "Übung",
        "Ñandú",
        "São Paulo",
        "ŒUVRE",
        "naïve",
        "Ærø",
        "25 °C",
        "€ 30",
        "O’Neill",
    ]
    assert likelier_encoding(west) is None


def test_other_letters_beside_small_ascii_ones_are_no_other_script():
    """Bytes of Latin letters are characters of other scripts too, but then stand among ASCII."""
    found = likelier_encoding([misread(text, "cp850") for text in ("Genève", "Málaga", "Zürich")])
    assert found is not None
    assert found[0] in ("cp850", "mac_roman")
