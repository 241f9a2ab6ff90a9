//! Stories in Italian and Indonesian.

use docket_domain::ticket::Priority;

use super::Language::{Indonesian, Italian};
use super::Turn::{Agent as A, Customer as C, Note as N};
use super::{Goods, Story};

pub(super) const STORIES: &[Story] = &[
    Story {
        language: Italian,
        goods: Goods::Any,
        subject: "Consegna in ritardo: {o}",
        category: "delivery",
        department: 0,
        priority: Priority::Medium,
        tags: &[],
        rating: 4,
        comment: Some("Gentilissimi."),
        turns: &[
            C("Buongiorno, l'ordine {o} ({p}) doveva arrivare lunedì. Avete notizie?"),
            A("Buongiorno {n}, il corriere ha trovato chiuso e riprova domani. Va bene al mattino?"),
            C("Sì, al mattino ci sono."),
            A("Perfetto, è confermato per **domani tra le 9 e le 12**."),
            C("Arrivato, grazie mille!"),
        ],
    },
    Story {
        language: Italian,
        goods: Goods::Any,
        subject: "Fattura elettronica per {o}",
        category: "billing",
        department: 1,
        priority: Priority::Low,
        tags: &["invoice", "business"],
        rating: 5,
        comment: None,
        turns: &[
            C("Potete emettere la fattura elettronica per {o}? Codice destinatario `M5UXCR1`."),
            N("Codice destinatario aggiunto all'anagrafica."),
            A("Fatto: è stata inviata ora e la trova domani nel suo cassetto fiscale."),
            C("Perfetto, grazie."),
        ],
    },
    Story {
        language: Indonesian,
        goods: Goods::Any,
        subject: "Pesanan {o} belum sampai",
        category: "delivery",
        department: 0,
        priority: Priority::Medium,
        tags: &[],
        rating: 5,
        comment: Some("Cepat dan ramah."),
        turns: &[
            C("Halo, pesanan {o} ({p}) belum sampai padahal sudah dua minggu. Mohon dibantu."),
            A(
                "Halo {n}, mohon maaf. Paket Anda tertahan di bea cukai dan sudah dilepas pagi ini. Apakah nomor telepon Anda masih aktif?",
            ),
            C("Masih aktif, Kak."),
            A("Baik, kurir akan menelepon sebelum tiba, paling lambat **lusa**."),
            C("Sudah sampai, terima kasih banyak!"),
        ],
    },
    Story {
        language: Indonesian,
        goods: Goods::Lights,
        subject: "Cara mengganti bohlam {p}",
        category: "technical",
        department: 2,
        priority: Priority::Low,
        tags: &["how-to"],
        rating: 4,
        comment: None,
        turns: &[
            C("Bagaimana cara mengganti bohlamnya? Saya takut tutupnya pecah."),
            A(
                "Tenang saja, caranya mudah:\n\n1. Cabut steker dan tunggu sampai dingin\n2. Putar tutup ke kiri seperempat putaran\n\
               3. Pasang bohlam E27, paling besar 9 W",
            ),
            C("Berhasil, terima kasih!"),
        ],
    },
];
