"""Where the demo's people live, and what they are called there. Nobody in it exists.

Telephone numbers come from the ranges that regulators keep for films and examples; where none is known, people there
have no telephone.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One country. A town is (city, state, ZIP); `#` stands for any digit in telephone numbers and ZIP codes."""

    code: str
    share: int
    spellings: tuple[str, ...]
    language: str
    time_zone: str
    towns: tuple[tuple[str, str, str], ...]
    phones: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    last_names: tuple[str, ...]


PLACES = (
    Place(
        "US", 36, ("US", "US", "us", "USA", "United States"), "en", "America/Denver",
        (
            ("Boulder", "CO", "8030#"), ("Portland", "Oregon", "9720#-####"), ("Bozeman", "MT", "59715"),
            ("Asheville", "NC", "28801-####"), ("Flagstaff", "Arizona", "8600#"), ("Burlington", "vt", "05401"),
        ),
        ("(303) 555-01##", "503-555-01##", "+1 406 555 01##", "001 828 555 01##", "928.555.01##", "1-802-555-01##"),
        ("Mary", "Jennifer", "Ashley", "Guadalupe", "Mary Ann", "Keisha", "Emily", "Naomi", "Renée", "Dakota"),
        ("James", "Robert", "DeShawn", "José", "Tyler", "Michael", "Hiroshi", "J.R.", "Noah", "Ethan"),
        ("Smith", "Johnson", "O'Neil", "Garcia", "Nguyen", "Washington", "Miller-Hayes", "St. John", "Begay", "Lopez"),
    ),
    Place(
        "GB", 14, ("GB", "UK", "United Kingdom", "gb"), "en-GB", "Europe/London",
        (
            ("Keswick", "Cumbria", "CA12 5AB"), ("Fort William", "Scotland", "PH33 6AA"),
            ("Sheffield", "", "s1 2hh"), ("Betws-y-Coed", "Wales", "LL24 0AE"), ("London", "", "SW1A 1AA"),
        ),
        ("07700 900###", "0044 7700 900###", "+44 (0)7700 900###", "020 7946 0###"),
        ("Siobhán", "Charlotte", "Aoife", "Priya", "Rhiannon", "Grace", "Zoë"),
        ("Callum", "Oliver", "Rhys", "Imran", "Hamish", "George"),
        ("MacLeod", "Jones", "O’Brien", "Patel", "Whitfield", "Ffion-Hughes", "Khan", "Armitage"),
    ),
    Place(
        "DE", 14, ("DE", "de", "Germany", "Deutschland"), "de", "Europe/Berlin",
        (
            ("Garmisch-Partenkirchen", "Bayern", "82467"), ("Freiburg", "", "7909#"), ("Dresden", "Sachsen", "0106#"),
            ("Köln", "NRW", "5066#"), ("Berlin", "", "1011#"),
        ),
        ("030 23125 ###", "+49 (0)30 23125 ###", "0049 30 23125###", "0171 39200##"),
        ("Katharina", "Käthe", "Annegret", "Sophie", "Ayşe", "Lena"),
        ("Jürgen", "Björn", "Karl-Heinz", "Mehmet", "Lukas", "Felix"),
        ("Müller", "Schröder", "von der Heide", "Weiß", "Yılmaz", "Groß-Bölting", "Schmidt", "Jäger"),
    ),
    Place(
        "FR", 9, ("FR", "France", "fr"), "fr", "Europe/Paris",
        (("Chamonix-Mont-Blanc", "", "74400"), ("Grenoble", "Isère", "38000"), ("Paris", "", "7500#")),
        ("06 39 98 ## ##", "+33 6 39 98 ## ##", "0033 639 98 ## ##", "01 99 00 ## ##"),
        ("Valéry", "Anaïs", "Marie-Claire", "Chloé", "Fatima", "Inès"),
        ("Jean-Luc", "François", "Gaël", "Mathéo", "Étienne", "Karim"),
        ("Lefèvre", "d’Arc", "Dubois", "Benoît", "Le Goff", "Nguyễn", "Moreau"),
    ),
    Place(
        "SE", 6, ("SE", "Sverige", "Sweden"), "sv", "Europe/Stockholm",
        (("Åre", "Jämtland", "837 52"), ("Kiruna", "", "981 3#"), ("Göteborg", "", "411 0#")),
        ("08-465 004 ##", "+46 70 174 06 ##", "0046 70-174 06 ##"),
        ("Åsa", "Linnéa", "Ebba", "Maja"),
        ("Björn", "Åke", "Nils", "Elias"),
        ("Sjöberg", "Ångström", "Lindqvist", "Håkansson"),
    ),
    Place(
        "AU", 5, ("AU", "Australia"), "en-AU", "Australia/Sydney",
        (("Katoomba", "NSW", "2780"), ("Hobart", "Tasmania", "700#")),
        ("0491 570 1##", "+61 491 570 1##", "0061 491 570 1##"),
        ("Matilda", "Kirra", "Thi Mai"),
        ("Lachlan", "Jarrah", "Cooper"),
        ("Nguyen", "O'Donoghue", "Papadopoulos", "Wright"),
    ),
    Place(
        "ES", 4, ("ES", "España", "Spain"), "es", "Europe/Madrid",
        (("Potes", "Cantabria", "39570"), ("Huesca", "Aragón", "2200#")),
        (),
        ("María José", "Begoña", "Núria", "Lucía"),
        ("Íñigo", "José María", "Álvaro", "Jordi"),
        ("García Márquez", "Ibáñez", "Puigdollers i Font", "Núñez"),
    ),
    Place(
        "PL", 3, ("PL", "Polska", "Poland"), "pl", "Europe/Warsaw",
        (("Zakopane", "małopolskie", "34-500"), ("Łódź", "", "90-00#")),
        (),
        ("Małgorzata", "Łucja", "Agnieszka"),
        ("Łukasz", "Stanisław", "Paweł"),
        ("Wiśniewski", "Dąbrowska", "Żak", "Kowalczyk"),
    ),
    Place(
        "GR", 3, ("GR", "Greece", "Ελλάδα"), "el", "Europe/Athens",
        (("Ιωάννινα", "", "452 21"), ("Athens", "Attica", "104 3#")),
        (),
        ("Μαρία", "Ελένη", "Κατερίνα"),
        ("Γιώργος", "Νίκος", "Δημήτρης"),
        ("Παπαδοπούλου", "Γεωργίου", "Νικολαΐδης"),
    ),
    Place(
        "UA", 2, ("UA", "Ukraine"), "uk", "Europe/Kyiv",
        (("Яремче", "", "78500"), ("Kyiv", "", "0100#")),
        (),
        ("Оксана", "Мар'яна", "Ольга"),
        ("Тарас", "Олексій", "Михайло"),
        ("Шевченко", "Коваленко", "Лук’яненко"),
    ),
    Place(
        "JP", 3, ("JP", "Japan", "日本"), "ja", "Asia/Tokyo",
        (("白馬村", "長野県", "399-93##"), ("Tokyo", "", "100-000#")),
        (),
        ("陽子", "さくら", "美咲"),
        ("健太", "大輔", "蓮"),
        ("山田", "高橋", "渡辺", "森"),
    ),
    Place(
        "BR", 1, ("BR", "Brasil"), "pt-BR", "America/Sao_Paulo",
        (("São Paulo", "SP", "01310-###"),),
        (),
        ("Conceição", "Luíza"),
        ("João", "Luís"),
        ("da Conceição", "Araújo", "Gonçalves"),
    ),
)  # fmt: skip
