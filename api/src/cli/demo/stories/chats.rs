//! Chats: what visitors asked while somebody was there.

use super::Language::{self, Arabic, English, German, Indonesian, Italian, Spanish};
use super::Turn::{self, Agent as A, Customer as C};

/// A chat from its opening question to its end.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct ChatStory {
    pub(in super::super) language: Language,
    /// By its place in `DEPARTMENTS`.
    pub(in super::super) department: usize,
    pub(in super::super) page: &'static str,
    /// The first is the question.
    pub(in super::super) turns: &'static [Turn],
    pub(in super::super) rating: u8,
    pub(in super::super) comment: Option<&'static str>,
}

pub(in super::super) const CHATS: &[ChatStory] = &[
    ChatStory {
        language: English,
        department: 0,
        page: "/floor-lamps/alba",
        rating: 5,
        comment: Some("Quick and to the point."),
        turns: &[
            C("Hi! Is the Alba floor lamp in stock in black?"),
            A("Hi {n}! Yes, seven of them, ready to ship today."),
            C("And how long does delivery to Cork take?"),
            A("Three to four working days. Orders before 14:00 leave the same day."),
            C("Perfect, ordering now."),
        ],
    },
    ChatStory {
        language: English,
        department: 1,
        page: "/checkout",
        rating: 4,
        comment: None,
        turns: &[
            C("My discount code AUTUMN10 is not accepted."),
            A("Let me check … It ended on Sunday, but I can see you got it on Saturday. Try `AUTUMN10-L`, please."),
            C("That worked, thank you!"),
            A("Glad to hear it. Anything else?"),
            C("No, that's all."),
        ],
    },
    ChatStory {
        language: English,
        department: 2,
        page: "/help/pairing",
        rating: 5,
        comment: None,
        turns: &[
            C("The Pico won't pair with my phone."),
            A("Which colour is the small light blinking?"),
            C("Orange"),
            A("Then it is still paired with another phone. Hold the button for **ten seconds** until it turns blue."),
            C("Blue! And it is in the app. You're a wizard."),
        ],
    },
    ChatStory {
        language: English,
        department: 0,
        page: "/orders",
        rating: 3,
        comment: Some("Had to wait a bit."),
        turns: &[
            C("Can I still change my order from this morning? I need two instead of one."),
            A(
                "It's already being packed, so I can't change it. I can add a second order without the delivery fee, would that help?",
            ),
            C("Yes please"),
            A("Done, you'll get one parcel with both."),
        ],
    },
    ChatStory {
        language: German,
        department: 0,
        page: "/de/leuchten",
        rating: 5,
        comment: Some("Sehr nett!"),
        turns: &[
            C("Guten Tag, liefern Sie auch in die Schweiz?"),
            A("Guten Tag! Ja, ab 15 Franken, inklusive Verzollung."),
            C("Und wie lange dauert das?"),
            A("Vier bis sechs Werktage."),
            C("Danke, das hilft mir."),
        ],
    },
    ChatStory {
        language: German,
        department: 2,
        page: "/de/hilfe",
        rating: 4,
        comment: None,
        turns: &[
            C("Welches Leuchtmittel passt in die Tundra?"),
            A("E14, höchstens 6 W. Am schönsten wirkt sie mit 2700 Kelvin."),
            C("Super, vielen Dank"),
        ],
    },
    ChatStory {
        language: Spanish,
        department: 0,
        page: "/es/envios",
        rating: 5,
        comment: None,
        turns: &[
            C("Hola, ¿cuánto tarda el envío a Sevilla?"),
            A("¡Hola, {n}! Entre tres y cuatro días laborables."),
            C("¿Y el montaje está incluido?"),
            A("En muebles, sí: el transportista lo monta en casa."),
            C("Genial, gracias."),
        ],
    },
    ChatStory {
        language: Spanish,
        department: 1,
        page: "/es/pago",
        rating: 4,
        comment: Some("Todo claro."),
        turns: &[
            C("¿Puedo pagar a plazos?"),
            A("Sí, en tres plazos sin intereses a partir de 100 euros."),
            C("Perfecto."),
        ],
    },
    ChatStory {
        language: Arabic,
        department: 0,
        page: "/ar/shipping",
        rating: 5,
        comment: None,
        turns: &[
            C("مرحبًا، هل تشحنون إلى عمّان؟"),
            A("أهلًا {n}! نعم، خلال خمسة إلى سبعة أيام عمل."),
            C("وكم تكلفة الشحن؟"),
            A("مجاني للطلبات فوق 100 دولار."),
            C("شكرًا لك."),
        ],
    },
    ChatStory {
        language: Italian,
        department: 0,
        page: "/it/resi",
        rating: 4,
        comment: None,
        turns: &[
            C("Quanto tempo ho per il reso?"),
            A("Trenta giorni dalla consegna, e il ritiro è gratuito."),
            C("Ottimo, grazie!"),
        ],
    },
    ChatStory {
        language: Indonesian,
        department: 0,
        page: "/id/pengiriman",
        rating: 5,
        comment: None,
        turns: &[
            C("Halo, bisa kirim ke Surabaya?"),
            A("Halo {n}! Bisa, sekitar tujuh hari kerja."),
            C("Baik, terima kasih."),
        ],
    },
];

/// Those who have just come when the demonstration begins.
pub(in super::super) const NOW: &[ChatStory] = &[
    ChatStory {
        language: English,
        department: 0,
        page: "/side-tables/kite",
        rating: 5,
        comment: None,
        turns: &[
            C("Hello, is the Kite side table real oak or veneer?"),
            A("Hello {n}! Solid oak, oiled. Shall I send you a sample of the colours?"),
            C("Yes please, the two darker ones if you have them."),
        ],
    },
    ChatStory {
        language: Spanish,
        department: 0,
        page: "/es/lamparas",
        rating: 5,
        comment: None,
        turns: &[C("Buenas, ¿la lámpara Solis se puede colgar de un techo inclinado?")],
    },
];
