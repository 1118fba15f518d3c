"""A text's language is told by its own words; what is none of ours is said to be none."""

from __future__ import annotations

import pytest

from vigie.ingest.page.language import language_of

OURS = {
    "en": (
        "The Ministry of Defence and its partners held a workshop on the safety of borders in the region, which was attended by experts from four countries."
    ),
    "fr": (
        "Le ministère et ses partenaires ont tenu un atelier sur la sécurité des frontières dans la région, avec des experts de quatre "
        "pays, au cours de la réunion."
    ),
    "sq": ("Ministria e Mbrojtjes dhe partnerët e saj mbajtën një punëtori për sigurinë e kufijve në rajon, me pjesëmarrjen e ekspertëve nga katër vende."),
    "bs": (
        "Ministarstvo sigurnosti Bosne i Hercegovine i Vijeće ministara održali su u Sarajevu sastanak o saradnji u regiji, na kojem su "
        "učestvovali stručnjaci iz općina. Također je usvojen izvještaj o hiljadu mina, prije sedmicu dana."
    ),
    "hr": (
        "Ministarstvo obrane i Vijeće za suradnju održali su tijekom prošlog tjedna sastanak o sigurnosti u Europi, u kojem je sudjelovalo "
        "tisuću stručnjaka. Priopćenje je objavljeno 3. travnja."
    ),
    "cnr": (
        "Vlada Crne Gore i Savjet za bezbjednost održali su u Podgorici sastanak o saradnji, a nijesu objavili saopštenje. Takođe će se "
        "sjutra sastati sa predstavnicima opština iz susjednih država."
    ),
    "cnr-Cyrl": (
        "Влада Црне Горе и Савјет за безбједност одржали су у Подгорици састанак о сарадњи, а нијесу објавили саопштење. Такође ће се "
        "сјутра састати са представницима општина из сусједних држава."
    ),
    "sr-Latn": (
        "Ministarstvo odbrane Republike Srbije i Savet bezbednosti održali su u Beogradu sastanak o saradnji, posle koga je usvojeno "
        "saopštenje. Vreme i mesto sledećeg sastanka biće objavljeni."
    ),
    "sr-Cyrl": (
        "Министарство одбране Републике Србије и Савет безбедности одржали су у Београду састанак о сарадњи, после кога је усвојено "
        "саопштење. Време и место следећег састанка биће објављени."
    ),
    "mk": (
        "Министерството за одбрана и неговите партнери одржаа работилница за безбедноста на границите во регионот, на која учествуваа "
        "експерти од четири земји и ќе се одржи повторно."
    ),
    "bg": (
        "Министерството на отбраната и неговите партньори проведоха семинар за сигурността на границите в региона, в който участваха "
        "експерти от четири държави, и ще се проведе отново."
    ),
    "el": (
        "Το Υπουργείο Άμυνας και οι εταίροι του πραγματοποίησαν συνάντηση για την ασφάλεια των συνόρων στην περιοχή, με τη συμμετοχή "
        "ειδικών από τέσσερις χώρες."
    ),
    "ro": (
        "Ministerul Apărării și partenerii săi au organizat un atelier privind securitatea frontierelor din regiune, la care au participat "
        "experți din patru țări și care va continua."
    ),
    "sl": (
        "Ministrstvo za obrambo in njegovi partnerji so pripravili delavnico o varnosti meja v regiji, ki so se je udeležili strokovnjaki "
        "iz štirih držav in bo tudi letos."
    ),
    "tr": (
        "Savunma Bakanlığı ve ortakları, bölgedeki sınırların güvenliği için bir çalıştay düzenledi. Bu toplantı ile dört ülke arasında "
        "daha çok iş birliği olduğu belirtildi."
    ),
}

OTHERS = {
    "de": (
        "Das Ministerium und seine Partner haben eine Tagung über die Sicherheit der Grenzen in der Region abgehalten, an der Fachleute "
        "aus vier Ländern teilnahmen."
    ),
    "hu": (
        "A minisztérium és partnerei műhelytalálkozót tartottak a határok biztonságáról a térségben, amelyen négy ország szakértői vettek "
        "részt, és az is elhangzott, hogy nem lesz több."
    ),
    "ru": (
        "Министерство обороны и его партнёры провели семинар по безопасности границ в регионе, в котором приняли участие эксперты из "
        "четырёх стран, и что он был первым."
    ),
    "uk": (
        "Міністерство оборони та його партнери провели семінар з безпеки кордонів у регіоні, в якому взяли участь експерти з чотирьох "
        "країн, і що він був першим."
    ),
    "it": (
        "Il ministero della difesa e i suoi partner hanno tenuto un seminario sulla sicurezza delle frontiere nella regione, con la "
        "partecipazione di esperti di quattro paesi."
    ),
    "pl": (
        "Ministerstwo obrony i jego partnerzy zorganizowali warsztaty na temat bezpieczeństwa granic w regionie, w których wzięli udział "
        "eksperci z czterech krajów, oraz nie tylko."
    ),
    "cs": (
        "Ministerstvo obrany a jeho partneři uspořádali seminář o bezpečnosti hranic v regionu, kterého se zúčastnili odborníci ze čtyř "
        "zemí, a také se na něm jednalo o tom, že je třeba."
    ),
}


@pytest.mark.parametrize("tag", OURS)
def test_each_of_our_languages_is_told(tag: str) -> None:
    """Two sentences of news are enough, without what the page declares."""
    found = language_of(OURS[tag])
    assert found.tag == tag
    assert 0.3 < found.confidence <= 1
    assert found.evidence


@pytest.mark.parametrize("tag", OTHERS)
def test_another_language_is_never_taken_for_one_of_ours(tag: str) -> None:
    """Not even where the page declares one of ours."""
    assert language_of(OTHERS[tag]).tag == "und"
    assert language_of(OTHERS[tag], "hr").tag == "und"


@pytest.mark.parametrize("tag", ["bs", "hr", "cnr", "sr-Latn", "sr-Cyrl"])
def test_sister_languages_are_never_quite_sure(tag: str) -> None:
    """Four standards share most of their words, so the confidence stays below that of a language by itself."""
    assert language_of(OURS[tag]).confidence < 0.85 < language_of(OURS["sq"]).confidence


def test_what_the_page_declares_decides_between_sisters_only() -> None:
    """A text without marks takes the declared sister; a French one stays French."""
    text = "U ponovljenom postupku su i oni na kraju bili za to da se sve to uradi kako je i bilo na početku."
    assert language_of(text, "hr").tag == "hr"
    assert language_of(text, "bs").tag == "bs"
    assert language_of(text).confidence < 0.5
    assert language_of(OURS["fr"], "hr").tag == "fr"


def test_a_very_short_text_takes_what_is_declared_if_the_script_agrees() -> None:
    """A name and a year tell nothing by themselves."""
    assert language_of("Beograd 2016", "sr").tag == "sr-Latn"
    assert language_of("Београд 2016", "sr").tag == "sr-Cyrl"
    assert language_of("Beograd 2016", "mk").tag == "und"
    assert language_of("Beograd 2016").tag == "und"
    assert language_of("").tag == "und"
