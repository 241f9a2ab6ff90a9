//! Stories in German.

use docket_domain::ticket::Priority;

use super::Turn::{Agent as A, Customer as C, Note as N};
use super::{Goods, Language::German, Story};

pub(super) const STORIES: &[Story] = &[
    Story {
        language: German,
        goods: Goods::Any,
        subject: "Lieferung {o} ist überfällig",
        category: "delivery",
        department: 0,
        priority: Priority::Medium,
        tags: &[],
        rating: 4,
        comment: Some("Freundlich und verbindlich."),
        turns: &[
            C(
                "Guten Tag,\n\nmeine Bestellung {o} ({p}) sollte am Dienstag kommen. Bis heute ist nichts da und die Sendungsverfolgung \
               steht seit fünf Tagen still.\n\nMit freundlichen Grüßen\n{n}",
            ),
            A("Guten Tag {n},\n\ndas tut mir leid. Ich habe beim Paketdienst einen Nachforschungsauftrag gestellt. \
               Stimmt die Lieferadresse noch?\n\nViele Grüße\n{a}"),
            C("Ja, die Adresse stimmt. Tagsüber bin ich allerdings nicht zu Hause."),
            A(
                "Danke. Das Paket lag im falschen Verteilzentrum und kommt morgen. Ich habe eine *Abstellgenehmigung für die Garage* hinterlegt.",
            ),
            C("Ist angekommen, alles heil. Vielen Dank!"),
        ],
    },
    Story {
        language: German,
        goods: Goods::Lights,
        subject: "{p} lässt sich nicht mehr einschalten",
        category: "technical",
        department: 2,
        priority: Priority::High,
        tags: &["hardware"],
        rating: 5,
        comment: Some("Ersatz war am übernächsten Tag da."),
        turns: &[
            C(
                "Seit gestern Abend bleibt das Licht aus. Die Sicherung ist drin, andere Geräte an der Steckdose laufen.",
            ),
            A(
                "Hallo {n}, bitte prüfen Sie einmal der Reihe nach:\n\n1. Stecker zehn Sekunden ziehen\n2. Leuchtmittel fest eindrehen\n\
               3. Taster am Kabel **lange** drücken\n\nTut sich etwas?",
            ),
            C("Leider nein, auch nicht mit einem neuen Leuchtmittel."),
            N("Charge 23-09, bekanntes Netzteil. Austausch ohne Rücksendung freigegeben."),
            A(
                "Dann ist das Netzteil defekt. Wir schicken Ihnen heute ein neues Exemplar, das alte dürfen Sie bei sich entsorgen.",
            ),
            C("Das nenne ich Kundendienst. Danke!"),
        ],
    },
    Story {
        language: German,
        goods: Goods::Any,
        subject: "Rechnung {o} bitte auf die Firma",
        category: "billing",
        department: 1,
        priority: Priority::Low,
        tags: &["invoice", "business"],
        rating: 4,
        comment: None,
        turns: &[
            C(
                "Können Sie die Rechnung zu {o} bitte auf die Brandt Architekten GmbH ausstellen? USt-IdNr. DE 812 345 678.",
            ),
            A(
                "Sehr gern. Die korrigierte Rechnung finden Sie unter [Ihre Bestellungen](https://shop.lumen-and-oak.example/bestellungen).",
            ),
            C("Perfekt, danke."),
        ],
    },
    Story {
        language: German,
        goods: Goods::Furniture,
        subject: "{p}: eine Schublade klemmt",
        category: "returns",
        department: 0,
        priority: Priority::Medium,
        tags: &["damage"],
        rating: 3,
        comment: None,
        turns: &[
            C("Die mittlere Schublade geht nur mit Gewalt auf. Aufgebaut habe ich nach Anleitung, Seite 7."),
            A(
                "Hallo {n}, meist sind dann die Schienen links und rechts vertauscht: die mit der roten Markierung gehört nach *rechts*. \
               Mögen Sie das kurz ansehen?",
            ),
            C("Tatsächlich, vertauscht. Jetzt läuft sie."),
            A("Prima! Ich gebe weiter, dass die Zeichnung auf Seite 7 das nicht gut zeigt."),
        ],
    },
    Story {
        language: German,
        goods: Goods::Any,
        subject: "Gutschein wird nicht angenommen ({p})",
        category: "billing",
        department: 1,
        priority: Priority::Medium,
        tags: &["voucher"],
        rating: 5,
        comment: Some("Schnell gelöst."),
        turns: &[
            C("Der Gutschein aus Ihrem Newsletter wird an der Kasse abgelehnt, obwohl {p} im Korb liegt."),
            A(
                "Der Gutschein gilt erst ab 80 Euro. Weil das im Newsletter nicht stand, habe ich Ihnen einen ohne Mindestwert angelegt: `LICHT-10`.",
            ),
            C("Hat geklappt, vielen Dank!"),
        ],
    },
    Story {
        language: German,
        goods: Goods::Any,
        subject: "Bestellung {o} stornieren",
        category: "account",
        department: 0,
        priority: Priority::High,
        tags: &[],
        rating: 4,
        comment: None,
        turns: &[
            C("Ich habe versehentlich zweimal bestellt. Bitte stornieren Sie {o}, die andere soll bleiben."),
            A("Erledigt: {o} ist storniert und der Betrag geht heute zurück. Ihre andere Bestellung ist unverändert."),
            C("Danke für die schnelle Hilfe."),
        ],
    },
];
