from __future__ import annotations

from dataclasses import asdict

import pytest

from bot.triage import levels
from bot.triage.levels import LEVELS, ORDINARY, SERIOUS, URGENT, Weighed, assess, highest
from bot.triage.phrases import Danger


@pytest.mark.parametrize(
    "text",
    [
        "saya dikurung di ruko, pintunya digembok",
        "kami disekap di mess, ada dua belas orang",
        "sy dikunci di kamar sama majikan",
        "tolong kami di kamboja disetrum tiap malam",
        "adek sy dipukuli bosnya tadi malam",
        "anak saya dibawa orang tidak dikenal tadi sore",
        "anak perempuan saya dibawa kabur sponsor",
        "anak sy umur 14 hilang dibawa kenalan facebook",
        "tolong selamatkan istri saya",
        "selamatkan anak saya pak",
        "gak boleh keluar rumah sama majikan, hp cuma boleh malam",
        "kami dak boleh keluar dari mess",
        "sy ga boleh keluar sama sekali, makan sekali sehari",
        "saya tidak bisa keluar dari gedung ini, dijaga orang bersenjata",
        "saya mau dibawa ke batam malam ini",
        "adik saya mau dibawa ke malaysia malam ini",
        "saya diancam bunuh kalau kabur",
        "saya diancam dibunuh kalau lapor",
        "saya diperkosa majikan",
        "saya pengen mati aja",
        "saya mau bunuh diri",
        "gak kuat lagi, pengen bunuh diri",
        "rasanya mau mati saja",
        "dipaksa ikut ke mobil, sekarang di jalan",
        "teman saya diculik",
        "kawan kami dibuang ke laut sama nahkoda",
        "ini darurat pak",
        "DARURAT TOLONG",
        "Saya   DIKURUNG   majikan",
        "ambo dikurung di rumah bos",
        "mbak aku dikurung, ora iso metu",
        "saya disekap. akun fb saya juga diambil",
        "saya dikunci di kamar dan akun saya diblokir",
        "tolong, saya disekap di batam, berita di tv itu benar",
        "saya dijual ke bos lain besok pagi",
        "saya mau dijual",
        "besok pagi adik saya berangkat ke kamboja, paspornya dipegang agen",
        "besok subuh kami mau dikirim ke myanmar",
        "saya disiram air panas sama majikan",
        "saya dipukul sampai berdarah",
        "bos mau jual saya ke perusahaan lain",
        "mereka minta tebusan 60 juta, kalau tidak adik saya dijual lagi",
        "keluarga diminta tebusan supaya anak saya dipulangkan",
        "saya dipaksa melayani tamu malam ini",
        "ambo dak biso keluar dari kebun ni",
        "kami tidak boleh pulang sebelum utang lunas, dijaga preman",
        "saya kabur dari majikan, sekarang sembunyi di hutan",
        "sy sembunyi di toilet, dia cari saya",
        "teman saya pingsan habis disetrum",
        "tolong saya",
        "tolong saya pak",
        "tlg sy",
        "adik saya diculik orang tadi siang",
        "kami diborgol di gudang",
        "saya dicekik suami",
        "kakak saya mau dibunuh germo",
        "sy digebukin mandor",
        "besok pagi kami mau dipindah ke gedung lain",
        "tolong, saya disekap. akun whatsapp ini punya teman",
        "mereka minta tebus 30 juta baru adik saya boleh pulang",
        "kita ga bisa keluar pagar, dijaga satpam",
    ],
)
def test_a_danger_to_life_or_freedom_is_urgent_by_its_words_alone(text: str) -> None:
    assert levels.of_words(text) == URGENT


@pytest.mark.parametrize(
    "text",
    [
        "paspor saya ditahan majikan",
        "paspor sy diambil agen sejak datang",
        "paspor kami semua disita bos",
        "dokumen adik saya ditahan sponsor",
        "ijazah asli saya ditahan PT",
        "hp saya disita mandor",
        "hp kami diambil tiap pagi",
        "gaji saya tidak dibayar 3 bulan",
        "gaji sy gak dibayar",
        "gajiku ga dibayar dari juni",
        "gaji ambo dak dibayar",
        "gaji kami belum dibayar",
        "gaji sy ditahan buat bayar utang",
        "sudah 4 bulan tidak digaji",
        "adik saya di malaysia hilang kontak",
        "suami saya di arab tidak ada kabar dua bulan",
        "anak ambo dak ado kabar",
        "kakak saya gak ada kabar sejak lebaran",
        "sy dipaksa kerja 18 jam",
        "adik saya terlilit utang agen",
        "tetangga saya dipaksa melayani tamu di kafe",
        "paspor dan ijazah saya masih ditahan sampai sekarang",
        "ktp asli saya dipegang calo",
        "gaji dipotong terus katanya buat bayar utang",
        "sdh 3 bulan gaji blm dibayar majikan",
        "minggu depan saya berangkat ke kamboja pakai visa turis",
        "sy disuruh layani om om tiap malam",
        "saya kabur dari majikan minggu lalu",
        "pasport ambo ditahan agen",
        "hp adik saya disita bos",
        "upah bulan kemarin belum dibayar, gaji juga tidak dibayar",
        "gaji ora dibayar",
        "suami sy g ada kabar udah setahun",
        "ijazah adik ditahan lpk",
        "paspor sama ktp dipegang? paspornya ditahan bu",
        "saya tidak digaji sejak januari",
        "dokumen kami ditahan mandor",
        "gaji saya dipotong terus tiap bulan",
        "istri saya hilang kontak sejak di riyadh",
        "adik dipaksa kerja malam di tempat karaoke",
        "orang itu dijual ke kapal lain",
    ],
)
def test_exploitation_that_goes_on_is_serious(text: str) -> None:
    assert levels.of_words(text) == SERIOUS


@pytest.mark.parametrize(
    "text",
    [
        "apa itu tppo",
        "apa itu penyekapan",
        "apa hukuman kalau orang dikurung majikan",
        "apa bedanya diculik dan dijual",
        "bagaimana kalau paspor ditahan majikan",
        "gimana kalau gaji tidak dibayar",
        "seandainya saya dikurung harus lapor ke mana",
        "misalnya paspor ditahan, lapor ke siapa",
        "nonton film tentang orang disekap",
        "film semalam ceweknya diculik",
        "sinetron itu orangnya disiksa terus",
        "baca berita orang disekap di kamboja",
        "di berita ada yang dipukuli, kasihan",
        "novel tentang anak diculik",
        "akun fb saya dikunci",
        "layar hp saya dikunci",
        "nomor darurat apa saja",
        "kontak darurat di bengkulu",
        "apa saja isi rencana darurat",
        "berapa biaya ke malaysia",
        "syarat kerja ke jepang",
        "cara cek pt resmi",
        "boleh gak agen pegang paspor",
        "selamat pagi kak",
        "terima kasih banyak",
        "saya mau tanya soal visa",
        "tolong jelaskan soal paspor",
        "tolong infonya kak",
        "minta tolong kirim nomor disnaker",
        "tolong saya mau tanya cara buat paspor",
        "tolong sy minta info loker jepang",
        "tolong aku mau nanya",
        "tolong kami diberi penjelasan soal kuhp baru",
        "lowongan admin gaji 12 juta",
        "motor saya dikunci ganda kok masih hilang",
        "rambut saya diikat biar rapi saat medical",
        "adat nikah di sini tangannya diikat benang",
        "tali sepatu diikat",
        "cuaca gak bisa keluar rumah karena hujan",
        "hp saya gak bisa keluar suara",
        "pintu kantor dikunci jam berapa",
        "anak saya mau sekolah ke jepang",
        "siapa yang menyelamatkan korban",
        "apakah penumpang gelap bisa dibuang ke laut kata cerita",
        "lampu darurat di kapal wajib tidak",
        "besok pagi jam berapa disnaker buka",
        "mau tanya gaji tki dibayar tiap bulan atau gimana",
        "pintu darurat di asrama penampungan wajib ada gak",
        "gaji saya sudah dibayar lunas, makasih",
        "paspor saya sudah kembali, tidak ditahan lagi",
        "apakah majikan boleh menahan gaji",
        "bolehkah paspor ditahan agen",
        "boleh gak hp diambil selama pelatihan",
        "rumah nenek mau dijual",
        "kucing saya dikurung di kandang",
        "aku dibunuh terus sama musuh di game",
        "disiksa rindu",
        "di pukul 9 kantor buka",
        "apa hukuman majikan yang mengunci pembantu",
        "apakah boleh gaji ditahan dulu",
        "umpama paspor diambil, lapor ke mana",
    ],
)
def test_questions_stories_and_look_alikes_are_ordinary(text: str) -> None:
    assert levels.of_words(text) == ORDINARY


@pytest.mark.parametrize("text", ["", " ", "🙏", "?"])
def test_a_message_without_words_is_ordinary(text: str) -> None:
    assert levels.of_words(text) == ORDINARY


@pytest.mark.parametrize(
    ("several", "level"),
    [
        ((ORDINARY,), ORDINARY),
        ((ORDINARY, SERIOUS), SERIOUS),
        ((URGENT, ORDINARY), URGENT),
        ((SERIOUS, URGENT, SERIOUS), URGENT),
        ((ORDINARY, ORDINARY), ORDINARY),
    ],
)
def test_the_most_urgent_line_decides_for_the_turn(several: tuple[str, ...], level: str) -> None:
    assert highest(*several) == level


def test_the_levels_are_those_of_the_catalogue_in_their_order() -> None:
    assert LEVELS == ("biasa", "tinggi", "darurat")


def test_a_level_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        highest(ORDINARY, "gawat")


def test_the_urgent_level_has_the_name_of_the_intent() -> None:
    # `assess` compares them, so they must stay the same word.
    assert levels.URGENT == "darurat"


@pytest.mark.parametrize(
    "text",
    [
        "saya dulu ditipu dan disiksa di kapal, malu kalo orang tau",
        "tahun lalu saya dikurung agen di batam",
        "waktu itu dia diculik, kasusnya cakmano sih",
        "saya pernah disekap di malaysia",
    ],
)
def test_a_danger_that_is_over_rings_no_phone_but_counts(text: str) -> None:
    assert levels.of_words(text) == SERIOUS


@pytest.mark.parametrize(
    "text",
    [
        "dulu saya dijanjikan jadi pelayan, ternyata dikurung di ruko",
        "saya dulu kerja di kafe, sekarang disekap di mess",
        "saya gak pernah digaji dan dikunci di kamar",
        "tahun lalu anak saya dibawa kabur, sampai sekarang belum pulang",
        "saya pernah kabur. saya dikunci lagi",
        "dulu saya percaya sama dia tapi saya dipukuli",
    ],
)
def test_a_danger_that_goes_on_is_urgent_however_it_began(text: str) -> None:
    assert levels.of_words(text) == URGENT


# With the model of the levels


@pytest.mark.parametrize(
    ("intent", "confidence", "margin", "level"),
    [
        ("di_luar_topik", 0.4, 0.5, URGENT),
        ("di_luar_topik", 0.4, -0.9, SERIOUS),
        ("di_luar_topik", 0.4, -0.52, SERIOUS),
        # A bare cry that was clearly understood: "tolong".
        ("darurat", 0.9, -0.3, URGENT),
        # What is clearly about a topic, or about something else altogether, needs more.
        ("faq", 0.95, 0.0, SERIOUS),
        ("faq", 0.95, 0.5, URGENT),
        ("faq", 0.6, 0.1, URGENT),
        ("di_luar_topik", 0.9, 0.0, SERIOUS),
    ],
)
def test_the_margins_decide(intent: str, confidence: float, margin: float, level: str) -> None:
    assert assess(intent, confidence, Weighed(margin, 1.0)) == level


def test_what_clearly_asks_something_is_urgent_with_words_of_danger() -> None:
    assert assess("faq", 0.99, Weighed(0.0, 1.0)) == SERIOUS
    assert assess("faq", 0.99, Weighed(0.0, 1.0, Danger.NOW)) == URGENT
    # A film with all the words of danger.
    assert assess("di_luar_topik", 0.9, Weighed(-2.0, 1.0, Danger.NOW)) == SERIOUS


def test_what_sounds_serious_needs_less() -> None:
    assert assess("di_luar_topik", 0.4, Weighed(-2.0, -0.55)) == ORDINARY
    for signs in ({"danger": Danger.OVER}, {"sounds_serious": True}):
        assert assess("di_luar_topik", 0.4, Weighed(-2.0, -0.55, **signs)) == SERIOUS


@pytest.mark.parametrize(
    ("weighed", "level"),
    [
        (Weighed(0.2, 0.4, bare=True), ORDINARY),
        (Weighed(0.2, 0.4), URGENT),
        (Weighed(0.6, 0.9, bare=True), URGENT),
        (Weighed(-0.2, 0.4, Danger.NOW, bare=True), URGENT),
    ],
)
def test_a_single_word_is_a_subject_unless_it_names_a_danger(weighed: Weighed, level: str) -> None:
    assert assess("di_luar_topik", 0.3, weighed) == level


def test_a_few_plain_words_are_believed() -> None:
    assert assess("faq", 0.99, Weighed(-1.9, -1.9, Danger.NOW, plain=True)) == URGENT


def test_what_is_clearly_about_something_else_needs_more_to_be_serious() -> None:
    assert assess("di_luar_topik", 0.4, Weighed(-2.0, -0.2)) == SERIOUS
    assert assess("di_luar_topik", 0.95, Weighed(-2.0, -0.2)) == ORDINARY
    assert assess("di_luar_topik", 0.95, Weighed(-2.0, -0.2, sounds_serious=True)) == SERIOUS


def test_what_weighs_nothing_is_ordinary() -> None:
    assert assess("faq", 0.9, Weighed(-3.0, -3.0)) == ORDINARY


def test_how_grave_a_text_is_stands_in_rasas_parse() -> None:
    weighed = Weighed(0.5, 0.7, Danger.OVER, sounds_serious=True)
    assert levels.weighed_in({levels.TRIAGE: asdict(weighed)}) == weighed
